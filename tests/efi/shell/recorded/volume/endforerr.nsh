echo before
endfor
