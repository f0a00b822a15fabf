// A name with {component}, {platform}, {version} and {sha256} in it, as a source's configuration gives one.
import type { RecoveryNeed } from './source.ts';

export const PLACEHOLDERS = ['component', 'platform', 'version', 'sha256'];

/** The first placeholder that is none. */
export const unknownPlaceholder = (text: string): string | undefined => [...text.matchAll(/\{([^}]*)\}/g)].map((match) => match[1] ?? '').find((name) => !PLACEHOLDERS.includes(name));

/** The name for what is needed; `write` makes a value fit where it stands. */
export function filledIn(pattern: string, { component, platform, wanted, running }: RecoveryNeed, write: (value: string) => string): string {
  const values: Readonly<Record<string, string | undefined>> = { component, platform, version: wanted?.version ?? running?.version, sha256: wanted?.sha256 ?? running?.sha256 };
  return pattern.replace(/\{([a-z0-9]+)\}/g, (_all, name: string) => {
    const value = values[name];
    if (value === undefined || value === '') throw new Error(`${pattern}: no ${name} is known to fill in: nothing is wanted and nothing ran`);
    return write(value);
  });
}
