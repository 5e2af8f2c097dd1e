import { principalKey } from '../authorization/directory.ts';
import type { TypedObject } from '../inventory/store.ts';
import type { Call } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';

/** Only tasks that a client made can be driven by clients. assumed fault for the others */
function requireOpen(task: TypedObject<'Task'>, { vc }: Call): void {
  if (!vc.tasks.isExternal(task)) throw fault('NotSupported', vc.assumed.notSupported);
  const { state } = task.get('info');
  if (state === 'success' || state === 'error') throw fault('InvalidState', vc.assumed.invalidState);
}

export const task = implement('Task', {
  methods: {
    /** documented: a task can be cancelled by the user who started it and by those with Global.CancelTask */
    CancelTask(object, _params, call) {
      const { reason } = object.get('info');
      const starter = (reason as { userName?: string }).userName ?? '';
      if (principalKey(starter) !== principalKey(call.user)) call.require('Global.CancelTask', object);
      call.vc.tasks.cancel(object);
    },

    UpdateProgress(object, { percentDone }, call) {
      requireOpen(object, call);
      const { vc } = call;
      if (object.get('info').state !== 'running') throw fault('InvalidState', vc.assumed.invalidState);
      if (percentDone < 0 || percentDone > 100) {
        throw fault('OutOfBounds', vc.assumed.outOfBounds, { argumentName: 'percentDone' });
      }
      vc.tasks.update(object, { progress: percentDone });
    },

    /** documented: `fault` goes with the state error, `result` with success */
    SetTaskState(object, { state, result, fault: error }, call) {
      requireOpen(object, call);
      call.vc.tasks.setState(object, state, { result, error }, call.cause);
    },

    SetTaskDescription(object, { description }, call) {
      requireOpen(object, call);
      call.vc.tasks.update(object, { description });
    },
  },
});
