if 1 == 1 then
echo never
