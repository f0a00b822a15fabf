// Where a redirected output goes: SimpleTextOutput on a file or on an environment variable (UEFI Shell 2.2, section
// 3.4.4). `>` writes UCS-2 with a byte order mark, `>a` bytes, `>v` a variable; a file called NUL swallows everything.
import type { FileProtocol } from '../protocols/simple-file-system.ts';
import { NO_SCREEN, withCarriageReturns, type SimpleTextOutput } from '../protocols/simple-text-output.ts';
import { EfiError } from '../status.ts';
import { CommandError } from './command-error.ts';
import type { Environment } from './environment.ts';
import type { Redirection } from './lexer.ts';
import { openPath, resolvePath } from './paths.ts';
import { encodeText, isUcs2, UCS2_TAG } from './text-file.ts';
import type { VolumeMap } from './volume-map.ts';

/** An output that has to be closed. */
export interface RedirectedOutput extends SimpleTextOutput {
  close(): void;
}

/** Opens the target of a redirection. */
export function openRedirection({ kind, append, target }: Redirection, volumes: VolumeMap, environment: Environment): RedirectedOutput {
  if (kind === 'variable') return variableOutput(target, append, environment);
  if (target.toUpperCase() === 'NUL') return output(() => undefined, () => undefined);
  try {
    return fileOutput(openPath(resolvePath(volumes, target), 'create'), kind === 'ucs2-file', append);
  } catch (error) {
    if (!(error instanceof EfiError)) throw error;
    throw new CommandError('INVALID_PARAMETER', `Unable to redirect file. ${error.message}`);
  }
}

function output(write: (text: string) => void, close: () => void): RedirectedOutput {
  return {
    ...NO_SCREEN,
    outputString: (text) => write(withCarriageReturns(text)),
    close,
  };
}

function fileOutput(file: FileProtocol, ucs2: boolean, append: boolean): RedirectedOutput {
  try {
    if (!append) file.setInfo({ fileSize: 0 });
    const { fileSize } = file.getInfo();
    if (fileSize > 0) expectKind(file, ucs2);
    else if (ucs2) file.write(UCS2_TAG);
    if (fileSize > 0) file.setPosition(fileSize);
  } catch (error) {
    file.close();
    throw error;
  }
  return output((text) => file.write(encodeText(text, ucs2)), () => file.close());
}

/** What is appended has to be of the kind that is there. */
function expectKind(file: FileProtocol, ucs2: boolean): void {
  const start = new Uint8Array(2);
  file.setPosition(0);
  file.read(start);
  if (isUcs2(start) !== ucs2) throw new EfiError('INVALID_PARAMETER', `expected ${ucs2 ? 'a UCS-2' : 'an ASCII'} file to append to`);
}

/** The line end that closes the output is no part of the value. */
function variableOutput(name: string, append: boolean, environment: Environment): RedirectedOutput {
  let value = append ? environment.get(name) ?? '' : '';
  return output((text) => { value += text; }, () => {
    const text = value.replace(/\r\n$/, '');
    if (text !== '' || environment.get(name) !== undefined) environment.set(name, text, { isVolatile: true });
  });
}
