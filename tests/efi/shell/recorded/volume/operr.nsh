if 1 is 1 then
endif
echo never
