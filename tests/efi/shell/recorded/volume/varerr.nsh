for a in x
endfor
echo never
