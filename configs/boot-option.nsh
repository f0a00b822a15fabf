@echo -off
# Run once, in the UEFI shell, on a machine whose firmware does not run startup.nsh by itself: makes a boot option that
# starts ferry.wasm at every power-on before the others. Nothing else of the boot order changes; a second run adds a
# second option, `bcfg boot dump` shows them and `bcfg boot rm 0` takes the first away.
#
#   boot-option.nsh       looks for ferry.wasm on the volume at hand, so go there first: fs0:
#
# A boot option can not act on the exit code as startup.nsh does: after exit code 3 the new firmware runs with the next
# reset of the machine, whenever that is. Where that is too late, use startup.nsh. And a firmware may take exit code 0 for
# the end of booting and show its menu: try one machine before a thousand.

if not exist ferry.wasm then
  echo "ferry: there is no ferry.wasm here. Nothing was changed."
  exit /b 14
endif
# bcfg tells its errors on the screen only: in the real shell it leaves lasterror alone. The quotes that ^ brings through
# keep it from taking the arguments for its own.
bcfg boot add 0 ferry.wasm "Ferry"
bcfg boot -opt 0x0 "^"-c ferry.ini^""
bcfg boot dump
