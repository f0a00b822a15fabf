@echo -off
fs0:
session.nsh one "two 2" 3
reset -s
