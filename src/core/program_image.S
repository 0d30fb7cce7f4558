/* SPDX-License-Identifier: Apache-2.0 */
/* A program as bytes of this one; the build gives PROGRAM_FILE and the names IMAGE and IMAGE_END. */
	.section .rodata.program_image, "a", %progbits
	.balign 64
	.globl IMAGE
	.hidden IMAGE
	.type IMAGE, %object
IMAGE:
	.incbin PROGRAM_FILE
	.size IMAGE, . - IMAGE
	.globl IMAGE_END
	.hidden IMAGE_END
IMAGE_END:
	.byte 0
	.section .note.GNU-stack, "", %progbits
