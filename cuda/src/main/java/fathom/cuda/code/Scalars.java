package fathom.cuda.code;

import fathom.DType;
import fathom.ir.Expr;
import fathom.ir.Kernel;

/** The scalars of kernels as fields of {@code Arguments}: {@code double s0}, or {@code i64 s0} for integers. */
public final class Scalars {
    private Scalars() {}

    /** {@return the types of a kernel's scalars by slot; null where a slot is not used} */
    public static DType[] types(Kernel kernel) {
        var types = new DType[kernel.scalarCount()];
        kernel.outputs().forEach(e -> find(e, types));
        return types;
    }

    private static void find(Expr e, DType[] types) {
        switch (e) {
            case Expr.Scalar s -> types[s.slot()] = s.type();
            case Expr.Unary u -> find(u.x(), types);
            case Expr.Binary b -> {
                find(b.a(), types);
                find(b.b(), types);
            }
            case Expr.Select s -> {
                find(s.condition(), types);
                find(s.a(), types);
                find(s.b(), types);
            }
            case Expr.Cast c -> find(c.x(), types);
            case Expr.Input _, Expr.Const _ -> {}
        }
    }

    /** Appends the fields' declarations. */
    public static void declare(StringBuilder code, DType[] types, String prefix) {
        for (int i = 0; i < types.length; i++) {
            code.append("    ").append(isReal(types[i]) ? "double " : "i64 ").append(prefix).append(i).append(";\n");
        }
    }

    private static boolean isReal(DType type) {
        return type == null || type.isFloating();
    }

    /** {@return the field's value for a number} */
    public static long bits(DType type, Number value) {
        if (isReal(type)) {
            return Double.doubleToRawLongBits(value.doubleValue());
        }
        if (value instanceof Double || value instanceof Float) {
            double d = value.doubleValue();
            return type == DType.BOOL ? (d != 0 ? 1 : 0) : (long) d;
        }
        return value.longValue();
    }
}
