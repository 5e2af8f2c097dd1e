import { isSubtype } from './registry.ts';
import { type Data, type DataTypeName, data } from './values.ts';

/** A vim25 fault on its way to the client: thrown by methods and task bodies, rendered at the edge. */
export class VimFault extends Error {
  readonly fault: Data<'MethodFault'> & { _type: string };

  /** @param message the SOAP faultstring, or the localizedMessage of a task error. */
  constructor(fault: Data<'MethodFault'> & { _type: string }, message: string) {
    super(message);
    this.name = 'VimFault';
    this.fault = fault;
  }

  /** The same fault as it stands inside other data objects, such as TaskInfo.error. */
  get localized(): Data<'LocalizedMethodFault'> {
    return { fault: this.fault, localizedMessage: this.message };
  }
}

/** Builds a fault of the named type with its own fields. */
export function fault<N extends DataTypeName>(
  type: N,
  message: string,
  ...fields: object extends Omit<Data<N>, '_type'> ? [Omit<Data<N>, '_type'>?] : [Omit<Data<N>, '_type'>]
): VimFault {
  const value = data(type, (fields[0] ?? {}) as Omit<Data<N>, '_type'>);
  return new VimFault(value as Data<'MethodFault'> & { _type: string }, message);
}

/** InvalidArgument naming the parameter or property path that is wrong. */
export function invalidArgument(path: string, message = `A specified parameter was not correct: ${path}`): VimFault {
  // observed: the default text
  return fault('InvalidArgument', message, { invalidProperty: path });
}

/** InvalidType naming the property path whose xsi:type is unknown or does not fit. documented */
export function invalidType(path: string): VimFault {
  return fault('InvalidType', `The type of a specified parameter was not correct: ${path}`, { argument: path });
}

/** SystemError for something that went wrong inside. documented: how a vCenter words it */
export function systemError(reason: string): VimFault {
  return fault('SystemError', `A general system error occurred: ${reason}`, { reason });
}

/** A fault that a fault rule names. */
export function scriptedFault({ type, message }: { type: string; message: string }): VimFault {
  return new VimFault({ ...data('RuntimeFault', {}), _type: type }, message);
}

/** Whether a type of this name can be answered as a fault. */
export function isFaultType(name: string): boolean {
  return isSubtype(name, 'MethodFault');
}
