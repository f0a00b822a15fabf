/** The components of the device as its inventory told them, kept as the bodies of the responses. */
import { Status } from "../status";
import { EXCHANGE_OUT, exchangeBody, exchangeBodySize } from "../transfer/exchange";
import { HEADER_SIZE } from "../wire/frame";
import {
  FLAG_LAB_MODE, INVENTORY_RESPONSE_SIZE_2, inventoryCompletion, inventoryFlags, inventoryIndex, inventoryName, inventoryRequestEncode, inventoryResponseDecode,
} from "../wire/inventory";
import { MessageType, NAME_SIZE } from "../wire/message-type";
import { linkExchange } from "./link";
import { sessionComponentCount } from "./session";

/** The most components that are looked at. */
export const DEVICE_LIMIT: u32 = 16;
/** Set by `deviceLoad`. */
export let deviceCount: u32 = 0;
/** Set by `deviceLoad`: the device takes images without a signature. */
export let deviceLabMode: bool = false;

// What version 1 does not tell is zeros.
const bodies: usize = memory.data(3136, 16);
if (3136 != 16 * 196) ERROR("one inventory response a component");

function loadOne(index: u32): Status {
  const status: Status = linkExchange(MessageType.Inventory, inventoryRequestEncode(EXCHANGE_OUT + HEADER_SIZE, index));
  if (status != Status.Ok) return status;
  const decoded: Status = inventoryResponseDecode(exchangeBody, exchangeBodySize);
  if (decoded != Status.Ok) return decoded;
  if (inventoryCompletion != 0 || inventoryIndex != index) return Status.BadField;
  const body: usize = bodies + <usize>(index * INVENTORY_RESPONSE_SIZE_2);
  memory.fill(body, 0, INVENTORY_RESPONSE_SIZE_2);
  memory.copy(body, exchangeBody, min<u32>(exchangeBodySize, INVENTORY_RESPONSE_SIZE_2));
  return Status.Ok;
}

/** Asks the device for all of its components. */
export function deviceLoad(): Status {
  deviceCount = 0;
  let isLab: bool = false;
  const count: u32 = min<u32>(sessionComponentCount, DEVICE_LIMIT);
  for (let i: u32 = 0; i < count; i++) {
    const status: Status = loadOne(i);
    if (status != Status.Ok) return status;
    if ((inventoryFlags & FLAG_LAB_MODE) != 0) isLab = true;
  }
  deviceCount = count;
  deviceLabMode = isLab;
  return Status.Ok;
}

/** Makes this component the one that the `inventory…` variables of wire/inventory.ts describe. */
export function deviceSelect(index: u32): void {
  inventoryResponseDecode(bodies + <usize>(index * INVENTORY_RESPONSE_SIZE_2), INVENTORY_RESPONSE_SIZE_2);
}

/** Selects the component of this name, `size` bytes; false when the device has none. */
export function deviceFind(name: usize, size: u32): bool {
  if (size >= NAME_SIZE) return false;
  for (let i: u32 = 0; i < deviceCount; i++) {
    deviceSelect(i);
    if (memory.compare(inventoryName, name, size) == 0 && load<u8>(inventoryName + size) == 0) return true;
  }
  return false;
}
