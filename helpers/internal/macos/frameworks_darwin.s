#include "textflag.h"

// Each function of a framework has a trampoline, which is called as C calls, and a variable with its address.

TEXT cfDataCreate_trampoline<>(SB),NOSPLIT,$0-0
	JMP	cf_DataCreate(SB)
GLOBL	·cfDataCreate(SB), RODATA, $8
DATA	·cfDataCreate(SB)/8, $cfDataCreate_trampoline<>(SB)

TEXT cfPropertyListCreateWithData_trampoline<>(SB),NOSPLIT,$0-0
	JMP	cf_PropertyListCreateWithData(SB)
GLOBL	·cfPropertyListCreateWithData(SB), RODATA, $8
DATA	·cfPropertyListCreateWithData(SB)/8, $cfPropertyListCreateWithData_trampoline<>(SB)

TEXT cfStringCreateWithBytes_trampoline<>(SB),NOSPLIT,$0-0
	JMP	cf_StringCreateWithBytes(SB)
GLOBL	·cfStringCreateWithBytes(SB), RODATA, $8
DATA	·cfStringCreateWithBytes(SB)/8, $cfStringCreateWithBytes_trampoline<>(SB)

TEXT cfRelease_trampoline<>(SB),NOSPLIT,$0-0
	JMP	cf_Release(SB)
GLOBL	·cfRelease(SB), RODATA, $8
DATA	·cfRelease(SB)/8, $cfRelease_trampoline<>(SB)

TEXT scDynamicStoreCreate_trampoline<>(SB),NOSPLIT,$0-0
	JMP	sc_DynamicStoreCreate(SB)
GLOBL	·scDynamicStoreCreate(SB), RODATA, $8
DATA	·scDynamicStoreCreate(SB)/8, $scDynamicStoreCreate_trampoline<>(SB)

TEXT scDynamicStoreAddTemporaryValue_trampoline<>(SB),NOSPLIT,$0-0
	JMP	sc_DynamicStoreAddTemporaryValue(SB)
GLOBL	·scDynamicStoreAddTemporaryValue(SB), RODATA, $8
DATA	·scDynamicStoreAddTemporaryValue(SB)/8, $scDynamicStoreAddTemporaryValue_trampoline<>(SB)

TEXT scDynamicStoreRemoveValue_trampoline<>(SB),NOSPLIT,$0-0
	JMP	sc_DynamicStoreRemoveValue(SB)
GLOBL	·scDynamicStoreRemoveValue(SB), RODATA, $8
DATA	·scDynamicStoreRemoveValue(SB)/8, $scDynamicStoreRemoveValue_trampoline<>(SB)

TEXT scError_trampoline<>(SB),NOSPLIT,$0-0
	JMP	sc_Error(SB)
GLOBL	·scError(SB), RODATA, $8
DATA	·scError(SB)/8, $scError_trampoline<>(SB)
