/* SPDX-License-Identifier: Apache-2.0 */
/* The hull-init program as bytes of this one; HULL_INIT_FILE is given by the build. */
	.section .rodata.hull_init_image, "a", %progbits
	.balign 64
	.globl hull_init_image
	.hidden hull_init_image
	.type hull_init_image, %object
hull_init_image:
	.incbin HULL_INIT_FILE
	.size hull_init_image, . - hull_init_image
	.globl hull_init_image_end
	.hidden hull_init_image_end
hull_init_image_end:
	.byte 0
	.section .note.GNU-stack, "", %progbits
