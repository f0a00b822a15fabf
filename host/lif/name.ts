// Names: 1 to 10 of A-Z, 0-9 and _, a letter first; a volume's label has at most 6. What people type is brought to that
// form where nothing is lost by it.
import { LifError } from './lif-error.ts';

export const NAME_SIZE = 10;
export const LABEL_SIZE = 6;

/**
 * The LIF name that a name means: upper case, and `_` for each `.` and `-`. Nothing is cut off and no character dropped:
 * two images whose names begin alike must never become one.
 */
export function lifName(name: string): string {
  if (!/^[A-Za-z][A-Za-z0-9_.-]*$/.test(name)) {
    throw new LifError('bad-name', `${JSON.stringify(name)}: expected a letter of A to Z, then letters, digits, "_", "." or "-"`);
  }
  const mapped = name.toUpperCase().replace(/[.-]/g, '_');
  if (mapped.length > NAME_SIZE) {
    throw new LifError('long-name', `${JSON.stringify(name)}: expected at most ${NAME_SIZE} characters, got ${mapped.length} (${mapped})`);
  }
  return mapped;
}

/** A volume's label. May be empty. */
export function volumeLabel(label: string): string {
  if (!/^([A-Za-z][A-Za-z0-9_]*)?$/.test(label)) {
    throw new LifError('bad-name', `label ${JSON.stringify(label)}: expected a letter of A to Z, then letters, digits or "_"`);
  }
  if (label.length <= LABEL_SIZE) return label.toUpperCase();
  throw new LifError('long-name', `label ${JSON.stringify(label)}: expected at most ${LABEL_SIZE} characters, got ${label.length}`);
}
