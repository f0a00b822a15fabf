echo sub %1
if 1 == 1 then
  exit /b %1
endif
echo never
