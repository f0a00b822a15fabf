for %a in x
echo never
