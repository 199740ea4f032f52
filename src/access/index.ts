export { type Actor, localOperator } from './actor.ts';
