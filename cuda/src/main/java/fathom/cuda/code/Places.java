package fathom.cuda.code;

import java.util.List;

/**
 * The places of elements in operands of one shape, as CUDA C: the dimensions' indices from a number {@code t}, and the
 * operands' offsets from them. The fields in {@code Arguments} are the sizes and each operand's strides.
 *
 * @param name the prefix of fields and variables, so that a kernel can have several of them
 * @param rank the number of dimensions
 * @param operands what is addressed: offsets are variables {@code <name>_<operand>}
 * @param isSmall whether 32 bits hold all offsets
 */
public record Places(String name, int rank, List<String> operands, boolean isSmall) {
    /** {@return the type of numbers of elements} */
    public String index() {
        return isSmall ? "u32" : "u64";
    }

    /** Appends the fields of {@code Arguments}. */
    public void declare(StringBuilder code) {
        code.append("    i64 ").append(name).append("_size[").append(rank).append("];\n");
        for (String o : operands) {
            code.append("    i64 ").append(name).append('_').append(o).append("_step[").append(rank).append("];\n");
        }
    }

    /** {@return the fields' values appended to an array, from {@code at} on; the next index} */
    public static int put(long[] arguments, int at, Geometry g) {
        for (long size : g.sizes()) {
            arguments[at++] = size;
        }
        for (long[] steps : g.strides()) {
            for (long s : steps) {
                arguments[at++] = s;
            }
        }
        return at;
    }

    /** {@return the number of fields} */
    public int count() {
        return rank * (1 + operands.size());
    }

    /**
     * Appends the computation of some operands' offsets.
     *
     * @param number the expression of the element's number, row-major in these dimensions
     */
    public void locate(StringBuilder code, String indent, String number, List<String> wanted) {
        String offset = isSmall ? "int" : "i64";
        for (String o : wanted) {
            code.append(indent).append(offset).append(' ').append(name).append('_').append(o).append(" = 0;\n");
        }
        code.append(indent).append("{\n").append(indent).append("    ").append(index()).append(" left = ");
        code.append(number).append(";\n");
        for (int d = rank - 1; d >= 0; d--) {
            code.append(indent).append("    ");
            String size = "(" + index() + ") a." + name + "_size[" + d + "]";
            code.append("{ const ").append(offset).append(" i = (").append(offset).append(") ");
            code.append(d == 0 ? "left;" : "(left % " + size + "); left /= " + size + ";");
            for (String o : wanted) {
                code.append(' ').append(name).append('_').append(o).append(" += i * (").append(offset).append(") a.");
                code.append(name).append('_').append(o).append("_step[").append(d).append("];");
            }
            code.append(" }\n");
        }
        code.append(indent).append("}\n");
    }
}
