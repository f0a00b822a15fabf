fs9:
echo never
