// A program that offers what it is asked for, with the right statement, and uploads bytes that are not the image's; or lies
// in the offer already. Usage: lying-donor PORT IMAGE offer|bytes
import { readFileSync } from 'node:fs';
import { RecoveryWire } from '../../../host/core/wire-recovery.ts';
import { systemClock } from '../../../host/recovery/links/clock.ts';
import { openLinks } from '../../../host/recovery/links/open-links.ts';
import { makeDatagram, readDatagram } from '../../../host/recovery/peers/datagram.ts';
import { MessageStream } from '../../../host/recovery/peers/message-stream.ts';
import { parseSignature } from '../../../host/trust/signature.ts';
import { parseTrustedComment } from '../../../host/trust/trusted-comment.ts';

const [, , port = '', path = '', lie = ''] = process.argv;
const image = readFileSync(path);
const signature = readFileSync(`${path}.minisig`);
const { size, security, sha256 } = parseTrustedComment(parseSignature(signature, path).comment, path);
const wire = new RecoveryWire();
const donor = new Uint8Array(8).fill(6);
const { links } = await openLinks({ link: 'lan', interfaces: ['lo'], port: Number(port) });

async function serve(messages: MessageStream): Promise<void> {
  const accept = await messages.receive(1000, 5000);
  if (accept.name !== 'accept') return;
  messages.bind(accept.fields.nonce);
  await messages.send('statement', { nonce: new Uint8Array(8), imageSize: size, signature });
  const first = await messages.receive(1000, 5000);
  if (first.name !== 'acknowledge') return;
  for (let offset = first.fields.next; offset < size; offset += 65_536) {
    await messages.send('data', { offset, bytes: image.subarray(offset, Math.min(offset + 65_536, size)).map((byte) => byte ^ 0xff) });
    await messages.receive(1000, 5000);
  }
  await messages.receive(1000, 5000);
}

for (const link of links) {
  const uploadPort = await link.listen((stream) => {
    void serve(new MessageStream({ stream, wire, clock: systemClock, key: undefined, end: 'donor' })).then(() => stream.close(), () => stream.destroy());
  });
  link.hear((bytes) => {
    const message = readDatagram(wire, undefined, bytes);
    if (message?.name !== 'request') return;
    const offer = {
      donor, digest: Buffer.from(sha256, 'hex'), security: lie === 'offer' ? 99 : security, size, class: 'Peer', load: 0, rate: 20, lives: 60,
      nonce: message.fields.nonce, port: uploadPort,
    } as const;
    link.broadcast(makeDatagram(wire, undefined, 'offer', offer));
  });
}
process.stdout.write('ready\n');
