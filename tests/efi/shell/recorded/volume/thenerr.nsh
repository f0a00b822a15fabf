if 1 == 1
echo never
endif
