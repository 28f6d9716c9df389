/** One thing that the engine has to say about a model: where it is and what to do about it. */
export interface Diagnostic {
  /** Stable identifier, e.g. `unknown_variable`; the whole list is engine/support/diagnostics.def. */
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'note';
  /** Name of the model the place is in; empty for the main model. */
  readonly model: string;
  /** Name of the variable concerned; may be empty. */
  readonly variable: string;
  readonly message: string;
  /** From 1; 0 where no place is known. */
  readonly line: number;
  readonly column: number;
  /** Bytes of the UTF-8 source. */
  readonly offset: number;
  readonly length: number;
}

/**
 * Whatever this library throws. `code` is stable: a diagnostic's code, or one of `model_has_errors`, `unreadable_source`,
 * `unknown_variable`, `unknown_override`, `not_overridable`, `bad_option`, `ltm_not_enabled`, `unknown_loop`, `not_run`, `disposed`, `blob_refused`,
 * `run_failure`, `missing_package` and `engine_failure`.
 */
export class LoopscopeError extends Error {
  readonly code: string;
  /** What the engine said, if it was the engine that refused. */
  readonly diagnostics: readonly Diagnostic[];
  /** The diagnostics as text with source lines and carets, ready to print; empty where there are none. */
  readonly rendered: string;

  constructor(code: string, message: string, more: { diagnostics?: readonly Diagnostic[]; rendered?: string; cause?: unknown } = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'LoopscopeError';
    this.code = code;
    this.diagnostics = more.diagnostics ?? [];
    this.rendered = more.rendered ?? '';
  }
}

export const parseDiagnostics = (json: string): readonly Diagnostic[] => (json === '' ? [] : (JSON.parse(json) as Diagnostic[]));

export const errorsOf = (all: readonly Diagnostic[]): readonly Diagnostic[] => all.filter((d) => d.severity === 'error');
