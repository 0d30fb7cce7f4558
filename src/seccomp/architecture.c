/* SPDX-License-Identifier: Apache-2.0 */
/* Architectures: the specification's, libseccomp's and the kernel's names of one thing. */
#include <linux/audit.h>
#include <seccomp.h>

#include "seccomp/program.h"

/* Each of these is one of AUDIT_ARCH_…, as libseccomp's tokens are but for x32's. */
uint32_t seccomp_native_arch(void)
{
#if defined(__x86_64__)
	return AUDIT_ARCH_X86_64;
#elif defined(__i386__)
	return AUDIT_ARCH_I386;
#elif defined(__aarch64__)
	return AUDIT_ARCH_AARCH64;
#elif defined(__arm__)
	return AUDIT_ARCH_ARM;
#elif defined(__riscv) && __riscv_xlen == 64
	return AUDIT_ARCH_RISCV64;
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
	return AUDIT_ARCH_PPC64LE;
#elif defined(__s390x__)
	return AUDIT_ARCH_S390X;
#else
#error "what is this processor called in linux/audit.h?"
#endif
}

uint32_t seccomp_arch_token(enum oci_seccomp_arch arch)
{
	static const uint32_t tokens[OCI_ARCH_COUNT] = {
		[OCI_ARCH_X86] = SCMP_ARCH_X86,
		[OCI_ARCH_X86_64] = SCMP_ARCH_X86_64,
		[OCI_ARCH_X32] = SCMP_ARCH_X32,
		[OCI_ARCH_ARM] = SCMP_ARCH_ARM,
		[OCI_ARCH_AARCH64] = SCMP_ARCH_AARCH64,
		[OCI_ARCH_MIPS] = SCMP_ARCH_MIPS,
		[OCI_ARCH_MIPS64] = SCMP_ARCH_MIPS64,
		[OCI_ARCH_MIPS64N32] = SCMP_ARCH_MIPS64N32,
		[OCI_ARCH_MIPSEL] = SCMP_ARCH_MIPSEL,
		[OCI_ARCH_MIPSEL64] = SCMP_ARCH_MIPSEL64,
		[OCI_ARCH_MIPSEL64N32] = SCMP_ARCH_MIPSEL64N32,
		[OCI_ARCH_PPC] = SCMP_ARCH_PPC,
		[OCI_ARCH_PPC64] = SCMP_ARCH_PPC64,
		[OCI_ARCH_PPC64LE] = SCMP_ARCH_PPC64LE,
		[OCI_ARCH_S390] = SCMP_ARCH_S390,
		[OCI_ARCH_S390X] = SCMP_ARCH_S390X,
		[OCI_ARCH_PARISC] = SCMP_ARCH_PARISC,
		[OCI_ARCH_PARISC64] = SCMP_ARCH_PARISC64,
		[OCI_ARCH_RISCV64] = SCMP_ARCH_RISCV64,
#ifdef SCMP_ARCH_LOONGARCH64 /* libseccomp 2.6 */
		[OCI_ARCH_LOONGARCH64] = SCMP_ARCH_LOONGARCH64,
		[OCI_ARCH_M68K] = SCMP_ARCH_M68K,
		[OCI_ARCH_SH] = SCMP_ARCH_SH,
		[OCI_ARCH_SHEB] = SCMP_ARCH_SHEB,
#endif
	};

	return tokens[arch];
}

/* A filter's arguments are read in halves: libseccomp makes none for both byte orders. */
static bool has_native_byte_order(uint32_t token)
{
	return ((token ^ seccomp_native_arch()) & __AUDIT_ARCH_LE) == 0;
}

uint32_t seccomp_known_archs(void)
{
	uint32_t known = 0;

	for (unsigned arch = 0; arch < OCI_ARCH_COUNT; arch++)
		if (seccomp_arch_token(arch) != 0 &&
			has_native_byte_order(seccomp_arch_token(arch)))
			known |= UINT32_C(1) << arch;
	return known;
}

static bool is_listed(const uint32_t *tokens, size_t n, uint32_t token)
{
	for (size_t i = 0; i < n; i++)
		if (tokens[i] == token)
			return true;
	return false;
}

size_t seccomp_arch_list(const struct oci_seccomp *seccomp, uint32_t *ret)
{
	size_t n = 0;

	ret[n++] = seccomp_native_arch();
	for (size_t i = 0; i < seccomp->n_architectures; i++) {
		uint32_t token = seccomp_arch_token(seccomp->architectures[i]);

		if (token != 0 && !is_listed(ret, n, token))
			ret[n++] = token;
	}
	return n;
}

uint32_t seccomp_arch_audit(uint32_t token)
{
	return token == SCMP_ARCH_X32 ? AUDIT_ARCH_X86_64 : token;
}
