// Everything that the network side serves.
import { webPage } from '../web/web-page.ts';
import { accountService } from './account-service.ts';
import { chassis } from './chassis.ts';
import type { RedfishPlugin } from './context.ts';
import { eventService } from './event-service.ts';
import { firmwareInventory } from './firmware-inventory.ts';
import { logServices } from './log-services.ts';
import { managers } from './managers.ts';
import { metadata } from './metadata.ts';
import { registries } from './registries.ts';
import { serviceRoot } from './service-root.ts';
import { statusStream } from './status-stream.ts';
import { systems } from './systems.ts';
import { taskService } from './task-service.ts';
import { updateService } from './update-service.ts';

/** The session service is not here: it needs the login. */
export const PLUGINS: readonly RedfishPlugin[] = [
  serviceRoot, metadata, registries, accountService, eventService, logServices, statusStream,
  updateService, firmwareInventory, taskService, systems, chassis, managers,
  webPage,
];
