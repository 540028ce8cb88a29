export { createEventBus } from './event-bus.ts';
