/* Compiles the assertions of erix_abi.h once for every target that links it. */
#include "erix_abi.h"
