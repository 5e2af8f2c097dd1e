import { KmipError, type ResultReason, type StructureItem } from '../../kmip/index.ts';

/** A refusal whose batch item still carries a Response Payload; only Check has one. KMIP 1.1 §4.10 */
export class RefusedWithPayload extends KmipError {
  readonly payload: StructureItem;

  constructor(reason: ResultReason, message: string, payload: StructureItem) {
    super(reason, message);
    this.name = 'RefusedWithPayload';
    this.payload = payload;
  }
}
