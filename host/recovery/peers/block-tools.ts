// Digests and LZ4 for everyone in the process: each call is done when it answers, so one instance of the core serves all
// streams, however many there are.
import { BlockDigests } from '../../core/block-digests.ts';
import { Packing } from '../../core/packing.ts';

let blockDigests: BlockDigests | undefined;
let blockPacking: Packing | undefined;

export const digests = (): BlockDigests => (blockDigests ??= new BlockDigests());
export const packing = (): Packing => (blockPacking ??= new Packing());
