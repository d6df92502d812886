// For tests of permissions: the superuser may read and write anything, so such a process becomes another user before it tries.
//
// Its modules are loaded by then: that user may have no way to the checkout.

const nobody = 65_534;

export function becomeNobody(): void {
  if (process.getuid?.() !== 0) return;
  process.setgroups?.([]);
  process.setgid?.(nobody);
  process.setuid?.(nobody);
}
