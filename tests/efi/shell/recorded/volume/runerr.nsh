for %i run (1 x)
endfor
echo never
