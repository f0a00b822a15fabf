/** EFI_SHELL_PARAMETERS_PROTOCOL (UEFI Shell 2.2, section 2.4), as far as something here reads it. */
export interface ShellParameters {
  /** The command line in parameters, quotes and escapes worked out; the image's name first. */
  readonly argv: readonly string[];
}
