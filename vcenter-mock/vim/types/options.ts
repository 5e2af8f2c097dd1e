// Facts: the published type metadata of the vSphere API, up to 8.0.3.0 (observed). `T?` optional, `T[]` array, `@v` since API version v.
import { dataTypes, enumTypes } from '../kernel/declare.ts';

export const optionsTypes = dataTypes({
  ArrayUpdateSpec: { fields: { operation: 'ArrayUpdateOperation', removeKey: 'anyType?' } },
  BoolOption: { base: 'OptionType', fields: { supported: 'boolean', defaultValue: 'boolean' } },
  ChoiceOption: { base: 'OptionType', fields: { choiceInfo: 'ElementDescription[]', defaultIndex: 'int?' } },
  IntOption: { base: 'OptionType', fields: { min: 'int', max: 'int', defaultValue: 'int' } },
  OptionDef: { base: 'ElementDescription', fields: { optionType: 'OptionType' } },
  OptionType: { fields: { valueIsReadonly: 'boolean?' } },
  OptionValue: { fields: { key: 'string', value: 'anyType?' } },
  StringOption: { base: 'OptionType', fields: { defaultValue: 'string', validCharacters: 'string?' } },
});

export const optionsEnums = enumTypes({
  ArrayUpdateOperation: ['add', 'remove', 'edit'],
});
