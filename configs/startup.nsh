@echo -off
# Carries out ferry.ini at power-on, then lets the machine boot. Put it into the root of the EFI system partition,
# beside ferry.wasm and ferry.ini. It asks nothing and never keeps the machine from booting: it resets the machine once,
# when ferry asks for it, and not again before a run has found that there is nothing left to do.
#
# lasterror is the exit code of ferry.wasm. The shell shows it in hexadecimal, such as 0x3, and compares numbers as
# numbers. What the codes mean: README.md beside this file.
#
# ferrycode    keeps lasterror, which other commands change
# ferryreset   yes: the machine was reset for ferry; kept over resets, deleted when there was nothing to do
# FerryResult  the firmware's variable for the operating system: `ferry run` tells it

if exist fs0:\ferry.ini then
  fs0:
  goto found
endif
if exist fs1:\ferry.ini then
  fs1:
  goto found
endif
if exist fs2:\ferry.ini then
  fs2:
  goto found
endif
if exist fs3:\ferry.ini then
  fs3:
  goto found
endif
echo "ferry: no volume from fs0 to fs3 has a ferry.ini. Nothing was sent. Booting goes on."
goto end

:found
ferry.wasm -c ferry.ini
set -v ferrycode %lasterror%
setvar FerryResult -guid CEC8A751-3DC4-456C-ACB6-0EB0899ED6AE -bs -rt -nv =S%ferrycode%
if %ferrycode% eq 0 then
  echo "ferry: done. The device runs the new images."
  goto settled
endif
if %ferrycode% eq 2 then
  echo "ferry: nothing to do. The device has these versions already."
  goto settled
endif
if %ferrycode% eq 3 then
  goto reset
endif
if %ferrycode% eq 4 then
  echo "ferry: paused. The device is as it was; the next run goes on from here. Booting goes on."
  goto end
endif
if %ferrycode% eq 1 then
  echo "ferry: failed. The device is on its old image. The message is above. Booting goes on."
  goto end
endif
if %ferrycode% eq 5 then
  echo "ferry: failed, and the device needs attention. The message is above. Booting goes on."
  goto end
endif
if %ferrycode% eq 64 then
  echo "ferry: ferry.ini or one of the files that it names is wrong. Nothing was touched. The message is above. Booting goes on."
  goto end
endif
echo "ferry: ferry.wasm could not be run, status %ferrycode%. Nothing was sent. Booting goes on."
goto end

:reset
# No endless loop: after the reset the device has the new versions, and ferry.wasm answers 2. A device that never gets so
# far is reset for once only.
if "%ferryreset%" == "yes" then
  echo "ferry: done, and a reset is needed again. The machine was reset for this before, so it is not now. Booting goes on."
  goto end
endif
set ferryreset yes
if "%ferryreset%" == "yes" then
  echo "ferry: done. The machine is reset now, so that the device starts the new images."
  reset -w
endif
echo "ferry: done. The reset that is needed is left to you, because the firmware can not remember it. Booting goes on."
goto end

:settled
if "%ferryreset%" == "yes" then
  set -d ferryreset
endif

:end
# Leaves the shell, so that the boot manager goes on: without this line the machine would wait at the shell's prompt.
exit
