goto none
echo never
