// The disk with the EFI system partition: a directory of the host that stands for one partition, or an image of a disk with
// its real partition table and FAT file systems.
import { statSync } from 'node:fs';
import { ImageFile } from '../../fat/block-device.ts';
import { findFatParts, type Partition } from '../../fat/partition-table.ts';
import type { DevicePathNode } from '../device-path-nodes.ts';
import { guidText } from '../guid.ts';
import { blockIo, type BlockIo } from '../protocols/block-io.ts';
import { EfiError } from '../status.ts';
import { fatAsEfiError } from './fat-failure.ts';
import { FatVolume } from './fat-volume.ts';
import { DirectoryVolume } from './volume-directory.ts';
import type { Volume } from './volume.ts';

/** A volume and where it is on its disk. */
export interface DiskVolume {
  readonly volume: Volume;
  /** What follows the disk in the volume's device path; nothing for a file system without a partition table. */
  readonly partition: readonly DevicePathNode[];
  /** The blocks of its partition; undefined for a directory, and where it is the whole disk. */
  readonly blocks: BlockIo | undefined;
}

/** A disk of one power-on. */
export interface SystemDisk {
  readonly volumes: readonly DiskVolume[];
  /** The blocks of the whole disk; undefined for a directory. */
  readonly blocks: BlockIo | undefined;
  /** What whoever looks after the machine should know. */
  readonly warnings: readonly string[];
  close(): void;
}

/** The partition that a directory stands for. */
export const DIRECTORY_PARTITION: DevicePathNode = { type: 'hd', partition: 1, guid: '1B8A5C0E-7D42-4C0A-9A57-6F6572727901', start: 0x800, size: 0x100000 };

/** The blocks of a disk without a partition table. */
const BLOCK_SIZE = 512;

/** Opens the disk behind a path of the host. EFI_NO_MEDIA when there is none that holds a volume. */
export function openSystemDisk(path: string, nowMs: () => number): SystemDisk {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
    const volume = new DirectoryVolume(path);
    return { volumes: [{ volume, partition: [DIRECTORY_PARTITION], blocks: undefined }], blocks: undefined, warnings: [], close: () => volume.close() };
  }
  const image = fatAsEfiError(() => new ImageFile(path));
  try {
    return openImage(image, path, nowMs);
  } catch (error) {
    image.close();
    if (error instanceof EfiError) throw new EfiError('NO_MEDIA', `the image ${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** A partition that can not be mounted is left out with a warning; with none left there is no disk. */
function openImage(image: ImageFile, path: string, nowMs: () => number): SystemDisk {
  const { parts, isBackupTable } = fatAsEfiError(() => findFatParts(image));
  const warnings = isBackupTable ? [`${path}: the primary GPT is broken, its backup is used; repair it, for example with sgdisk -e`] : [];
  const failures: EfiError[] = [];
  const volumes = parts.flatMap(({ device, partition }) => {
    const where = partition ? `partition ${partition.number} of ${path}` : path;
    try {
      const volume = new FatVolume(device, nowMs);
      if (!volume.system.wasClean) warnings.push(`${where} was not closed cleanly the last time: no file is lost, some space may be; repair it with fsck.fat -a`);
      if (volume.system.isReadOnly) warnings.push(`${path} can only be read: nothing can be written to the volume`);
      return [partition
        ? { volume, partition: [partitionNode(partition)], blocks: blockIo(device, partition.blockSize, true) }
        : { volume, partition: [], blocks: undefined }];
    } catch (error) {
      if (!(error instanceof EfiError)) throw error;
      failures.push(error);
      warnings.push(`${where} is left out: ${error.message}`);
      return [];
    }
  });
  if (volumes.length === 0) throw failures[0] ?? new EfiError('NO_MEDIA', 'no volume');
  return { volumes, blocks: blockIo(image, parts[0]?.partition?.blockSize ?? BLOCK_SIZE, false), warnings, close: () => closeAll(volumes, image) };
}

function closeAll(volumes: readonly DiskVolume[], image: ImageFile): void {
  try {
    for (const { volume } of volumes) volume.close();
  } finally {
    image.close();
  }
}

function partitionNode({ number, scheme, start, count, signature }: Partition): DevicePathNode {
  const place = { type: 'hd' as const, partition: number, start, size: count };
  if (scheme === 'gpt') return { ...place, guid: guidText(signature) };
  return { ...place, mbrSignature: Buffer.from(signature).readUInt32LE(0) };
}
