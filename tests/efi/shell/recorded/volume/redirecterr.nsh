echo a > s.txt > t.txt
echo never
