# Pseudo-terminals as one serial line: what is written to one is heard on all. With "duplex", not on the one that sent it.
# Usage: pty-bus.py shared|duplex COUNT. Says the name of each, and ends when its standard input does.
import os, pty, select, sys, termios, tty

masters = []
keep = []
for _ in range(int(sys.argv[2])):
    master, slave = pty.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    masters.append(master)
    # Open on this side, too: a terminal that nobody has open would hang up.
    keep.append(slave)
    print(os.ttyname(slave), flush=True)
print("ready", flush=True)

while True:
    readable, _, _ = select.select(masters + [sys.stdin], [], [])
    if sys.stdin in readable:
        sys.exit(0)
    for master in readable:
        piece = os.read(master, 64)
        for other in masters:
            if sys.argv[1] == "shared" or other != master:
                try:
                    os.write(other, piece)
                except BlockingIOError:
                    pass
