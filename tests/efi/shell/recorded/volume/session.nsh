# The session that this shell and the EDK II shell both run: what they write is compared line by line.
@echo -off
echo == echo and comments
echo
echo plain   text "two  words" ^"quoted^"
# a whole comment
echo before # behind
echo not ^# a comment
echo -on
echo shown
@echo hidden prompt

:label is silent
set -v shown yes
echo -off
echo == arguments
echo %0 %1 %2 %3 %4
shift
echo %1 %2 %3
echo == set
set kept value
set kept
set -v volatile "two words"
set volatile
echo %kept% <%volatile%> <%none%> %KEPT%
set none
set -d kept
set -d kept
set kept
set lasterror 5
echo lasterror %lasterror%
set
echo == if
if 1 == 1 then
  echo yes
else
  echo no
endif
if 0x10 eq 16 and not 2 gt 10 then
  echo numbers
endif
if abc == ABC then
  echo never
else
  echo case
endif
if /i abc == ABC then
  echo without case
endif
if /s 10 lt 9 then
  echo as text
endif
if 10 lt 9 then
  echo never
endif
if abd gt ABC and abc le ABC then
  echo order without case
endif
if a.txt == b.txt or 1 == 1 then
  echo or
endif
if not exist none and 1 == 1 then
  echo not and
endif
set -v foo "a b"
set -v bar %foo%
set bar
if "%foo%" == "a b" then
  echo space equal
endif
echo ^%foo^% 100% %foo% 50% of %bar%
if exist a.txt then
  echo exist a.txt
endif
if not exist none.txt then
  echo not exist
endif
if exist *.txt then
  echo exist wild
endif
if exist fs7:\x then
  echo never
endif
if exist dir then
  echo exist dir
endif
if "%none%" == "" then
  echo empty
endif
if available(a.txt) then
  echo available
endif
if isint(0x1f) then
  echo isint
endif
if efierror(14) == 0x800000000000000E then
  echo efierror
endif
echo == for
for %a in one two "three 3"
  echo <%a>
endfor
for %a in *.txt none*.x [a]*.txt ?.txt
  echo %a
endfor
for %i run (1 3)
  echo %i
endfor
for %i run (6 0 -3)
  echo %i
endfor
for %a in x y
  for %i run (1 2)
    if %i == 2 then
      echo %a%i
    endif
  endfor
endfor
echo %a
echo == goto
set -v n 0
:again
if %n% == 2 then
  goto out
endif
if %n% == 1 then
  set -v n 2
  echo n is %n%
endif
if %n% == 0 then
  set -v n 1
  echo n is %n%
endif
goto again
echo never
:out
for %i run (1 5)
  if %i eq 3 then
    goto left
  endif
  echo i %i
endfor
:left
echo == lasterror
nocommand
echo %lasterror%
cd nodir
echo %lasterror%
cd dir
echo %lasterror%
cd
cd ..
ls none
echo %lasterror%
type none
echo %lasterror%
sub.nsh 7
echo %lasterror%
sub.nsh 0x1F
echo %lasterror%
if %lasterror% eq 31 then
  echo thirty-one
endif
badcall.nsh
echo == files
ls
ls dir
ls *.txt
ls -r dir
ls a.txt
type a.txt
type a.txt b.txt
type *.txt
type dir
mkdir new
mkdir new
echo %lasterror%
cp a.txt new
cp a.txt copy.txt
cp a.txt b.txt -q
cp none.txt new
echo %lasterror%
cp dir other
echo %lasterror%
cp -r dir other
echo %lasterror%
mkdir other
cp -r dir other
ls -r other
cp a.txt a.txt
cp -r dir dir\sub
mv dir dir\sub
mv a.txt none\x
echo %lasterror%
mv copy.txt moved.txt
mv moved.txt new
mv none.txt new
echo %lasterror%
ls new
mkdir p\q\r
echo %lasterror%
ls -r p
rm -q p
mkdir a.txt\x
echo %lasterror%
rm -q new
echo %lasterror%
rm none.txt
echo %lasterror%
rm -q other
echo == redirection
echo one > f.txt
echo two >> f.txt
type f.txt
echo three >a g.txt
echo four >>a g.txt
type g.txt
echo variable >v v
echo <%v%>
set v
echo more >>v v
echo <%v%>
ls a.txt > nul
echo nothing > nul
echo q 2> err.txt
type err.txt
type none > o.txt
type o.txt
nocommand > n.txt
type n.txt
echo "a > b" > c.txt
type c.txt
echo x>y
echo x >
rm -q f.txt g.txt err.txt o.txt n.txt c.txt
ls *.txt
echo == map
map
map fs0
map fs0:
map none
echo %lasterror%
fs0:
cd \dir\sub
echo %cwd%
cd ..
cd
cd \
echo == alias
alias list ls
alias list
alias -d list
alias -d list
alias none
alias -v aa ls
alias
aa a.txt
dir b.txt
alias dir
alias dir type
alias ls type
echo == errors
ls -x
echo %lasterror%
ls a b c
echo %lasterror%
ls dir\none
ls fs7:\
ls *.none
ls dir\*.txt
ls [ab].txt
ls -r *.txt
cd dir\none
cd fs7:\
echo %lasterror%
cd a b
type fs7:\x
mkdir
rm
rm -z
rm fs7:\x
mv
mv a
cp
cp a
map -x
map a b c
type
set a b c
set -d
shift
shift
stall
stall x
stall 1 2
ver x
ver -x
ver -s
date 1 2
time x
cls x
reset -x
pci -x
help none
echo -x
echo a -x
echo +x
echo %lasterror%
echo == shown lines
echo -on
for %j run (1 2)
  echo %j
endfor
if 1 == 2 then
  echo no
else
  echo yes
endif
if 1 == 1 then
  echo yes
else
  echo no
endif
goto x
:x
	echo tab
@echo -off
echo == variables
setvar Probe -guid 158DEF5A-F656-419C-B027-7A3192C079D2 -bs -rt =01020304
setvar Probe -guid 158DEF5A-F656-419C-B027-7A3192C079D2
setvar Probe -guid 158DEF5A-F656-419C-B027-7A3192C079D2 -bs -rt =L"ab"
setvar Probe -guid 158DEF5A-F656-419C-B027-7A3192C079D2
dmpstore Probe -guid 158DEF5A-F656-419C-B027-7A3192C079D2
setvar Probe -guid 158DEF5A-F656-419C-B027-7A3192C079D2 =
setvar Probe -guid 158DEF5A-F656-419C-B027-7A3192C079D2
echo %lasterror%
setvar V1 -guid 158DEF5A-F656-419C-B027-7A3192C079D2 -bs =S0x3
setvar V1 -guid 158DEF5A-F656-419C-B027-7A3192C079D2
setvar V2 -guid 158DEF5A-F656-419C-B027-7A3192C079D2 -bs =0x0102
setvar V2 -guid 158DEF5A-F656-419C-B027-7A3192C079D2
setvar V3 -guid 158DEF5A-F656-419C-B027-7A3192C079D2 -bs =H0102 =xyz =012
setvar V3 -guid 158DEF5A-F656-419C-B027-7A3192C079D2
setvar V4 -guid 158DEF5A-F656-419C-B027-7A3192C079D2 =01
echo %lasterror%
setvar
dmpstore -z
dmpstore -guid 158DEF5A-F656-419C-B027-7A3192C079D3
setvar Bar
dmpstore Nothing
echo %lasterror%
dmpstore BootCurrent
bcfg boot add 1 fs0:\a.txt "My entry"
bcfg boot rm 9
bcfg
bcfg boot
bcfg boot xyz
echo %lasterror%
ls b.txt
bcfg boot rm 1
echo == structure errors
echo "not closed
ver -s
iferr.nsh
echo %lasterror%
goerr.nsh
forerr.nsh
operr.nsh
runerr.nsh
varerr.nsh
thenerr.nsh
endforerr.nsh
redirecterr.nsh
volerr.nsh
echo %lasterror%
; only # begins a comment
echo == the end
