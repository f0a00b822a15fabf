bad.efi
echo never
