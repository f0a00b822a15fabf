// EFI_BLOCK_IO_PROTOCOL (UEFI 2.10, section 13.9) over an image of a disk or one of its partitions. It only reads: what
// lies under a mounted volume is changed through the volume's files, and by nobody behind its back.
import type { BlockDevice } from '../../fat/block-device.ts';
import { EfiError } from '../status.ts';
import { fatAsEfiError } from '../volume/fat-failure.ts';

/** EFI_BLOCK_IO_MEDIA. */
export interface BlockIoMedia {
  readonly mediaId: number;
  readonly mediaPresent: boolean;
  readonly logicalPartition: boolean;
  readonly readOnly: boolean;
  readonly blockSize: number;
  readonly lastBlock: number;
}

export interface BlockIo {
  readonly media: BlockIoMedia;
  /** Fills `into`, a whole number of blocks, from block `lba` on. */
  readBlocks(mediaId: number, lba: number, into: Uint8Array): void;
  /** EFI_WRITE_PROTECTED. */
  writeBlocks(mediaId: number, lba: number, from: Uint8Array): never;
}

/** The one medium that is in the drive from power-on to its end. */
const MEDIA_ID = 1;

/** BlockIo over a device. */
export function blockIo(device: BlockDevice, blockSize: number, logicalPartition: boolean): BlockIo {
  const lastBlock = Math.floor(device.size / blockSize) - 1;
  return {
    media: { mediaId: MEDIA_ID, mediaPresent: true, logicalPartition, readOnly: true, blockSize, lastBlock },
    readBlocks(mediaId, lba, into) {
      if (mediaId !== MEDIA_ID) throw new EfiError('MEDIA_CHANGED', `the medium is number ${MEDIA_ID}, not ${mediaId}`);
      if (into.length % blockSize !== 0) throw new EfiError('BAD_BUFFER_SIZE', `expected a multiple of ${blockSize} bytes, got ${into.length}`);
      const count = into.length / blockSize;
      if (!Number.isSafeInteger(lba) || lba < 0 || lba + count > lastBlock + 1) throw new EfiError('INVALID_PARAMETER', `blocks ${lba} to ${lba + count - 1}: expected 0 to ${lastBlock}`);
      if (count > 0) fatAsEfiError(() => device.read(lba * blockSize, into));
    },
    writeBlocks() {
      throw new EfiError('WRITE_PROTECTED', 'the blocks of a mounted disk can only be read');
    },
  };
}
