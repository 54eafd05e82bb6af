package fathom.distributed.mpi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.Locale;

/**
 * The constants of an MPI implementation. MPI until version 4 standardised names only: in Open MPI a handle is the
 * address of an exported variable, in MPICH a number with the kind and size of the object in it; the ABI of MPI 5 has
 * small numbers in pointers.
 *
 * @param name the family
 * @param wide whether handles have the size of a pointer, rather than of an int
 * @param world {@code MPI_COMM_WORLD}
 * @param errorsReturn {@code MPI_ERRORS_RETURN}
 * @param inPlace {@code MPI_IN_PLACE}
 * @param ignoredStatus {@code MPI_STATUS_IGNORE}
 * @param funneled {@code MPI_THREAD_FUNNELED}
 * @param types the handles of the types, in the order of {@link Type}
 * @param sum {@code MPI_SUM}
 * @param max {@code MPI_MAX}
 * @param min {@code MPI_MIN}
 */
public record MpiAbi(
        String name,
        boolean wide,
        long world,
        long errorsReturn,
        long inPlace,
        long ignoredStatus,
        int funneled,
        long[] types,
        long sum,
        long max,
        long min) {

    /** Element types that MPI computes with. */
    public enum Type {
        /** {@code MPI_FLOAT} */
        FLOAT,
        /** {@code MPI_DOUBLE} */
        DOUBLE,
        /** {@code MPI_INT64_T} */
        INT64,
        /** {@code MPI_INT32_T} */
        INT32,
        /** {@code MPI_UINT8_T} */
        UINT8,
        /** {@code MPI_BYTE} */
        BYTE
    }

    /**
     * {@return the constants of a loaded library}
     *
     * @param symbols its functions
     * @param version the text of {@code MPI_Get_library_version}
     * @param standard whether it is a library of the ABI of MPI 5, which has a name of its own
     * @throws UnsupportedOperationException if it is of none of the known families
     */
    static MpiAbi of(SymbolLookup symbols, String version, boolean standard) {
        if (standard) {
            return standard();
        }
        if (symbols.find("ompi_mpi_comm_world").isPresent()) {
            return openMpi(symbols);
        }
        String known = version.toLowerCase(Locale.ROOT);
        if (known.contains("mpich") || known.contains("intel(r) mpi") || known.contains("mvapich")) {
            return mpich();
        }
        throw new UnsupportedOperationException(
                "this MPI library is neither Open MPI, nor of MPICH's family, nor of the ABI of MPI 5: " + version);
    }

    private static MpiAbi openMpi(SymbolLookup symbols) {
        return new MpiAbi(
                "Open MPI",
                true,
                address(symbols, "ompi_mpi_comm_world"),
                address(symbols, "ompi_mpi_errors_return"),
                1,
                0,
                1,
                new long[] {
                    address(symbols, "ompi_mpi_float"),
                    address(symbols, "ompi_mpi_double"),
                    address(symbols, "ompi_mpi_int64_t"),
                    address(symbols, "ompi_mpi_int32_t"),
                    address(symbols, "ompi_mpi_uint8_t"),
                    address(symbols, "ompi_mpi_byte")
                },
                address(symbols, "ompi_mpi_op_sum"),
                address(symbols, "ompi_mpi_op_max"),
                address(symbols, "ompi_mpi_op_min"));
    }

    private static long address(SymbolLookup symbols, String name) {
        return symbols.find(name)
                .map(MemorySegment::address)
                .orElseThrow(() -> new UnsupportedOperationException("this Open MPI has no symbol " + name));
    }

    private static MpiAbi mpich() {
        return new MpiAbi(
                "MPICH",
                false,
                0x44000000,
                0x54000001,
                -1,
                1,
                1,
                new long[] {0x4c00040a, 0x4c00080b, 0x4c00083a, 0x4c000439, 0x4c00013b, 0x4c00010d},
                0x58000003,
                0x58000001,
                0x58000002);
    }

    private static MpiAbi standard() {
        return new MpiAbi(
                "MPI 5 ABI",
                true,
                0x101,
                0x143,
                1,
                0,
                1024,
                new long[] {0x210, 0x214, 0x258, 0x250, 0x241, 0x247},
                0x21,
                0x23,
                0x22);
    }

    /** {@return the handle of a type} */
    public long type(Type type) {
        return types[type.ordinal()];
    }
}
