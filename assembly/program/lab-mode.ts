/** Lab mode: a device that takes images that nobody has signed says so on every screen. */
import { say } from "./say";

/** The line that nobody overlooks. Scripts have the member `labMode`. */
export function sayLabMode(): void {
  say("*** LAB MODE *** this device takes images without a signature: whoever reaches it can replace its firmware");
}
