package fathom.cpu.codegen;

import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import fathom.DType;
import fathom.ir.ReduceOp;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Locale;

/**
 * The combining step of a reduction, in scalar and in vector code. Vectors accumulate in the lane of the values; for
 * sums and products of float32, the final combination of the lanes and the tail elements accumulate in float64.
 */
final class Accumulator {
    private static final ClassDesc MATH = Emitter.desc(Math.class);
    // by name: the Vector API may be missing
    private static final ClassDesc VECTOR = ClassDesc.of("jdk.incubator.vector.Vector");
    private static final ClassDesc MASK = ClassDesc.of("jdk.incubator.vector.VectorMask");

    private static final ClassDesc OPERATORS = ClassDesc.of("jdk.incubator.vector.VectorOperators");
    private static final ClassDesc ASSOCIATIVE = OPERATORS.nested("Associative");

    final Lane lane;

    /** The lane in which the lanes of a vector are combined. */
    final Lane scalarLane;

    private final ReduceOp op;

    Accumulator(ReduceOp op, Lane lane) {
        this.op = lane == Lane.BOOL ? logical(op) : op;
        this.lane = lane;
        this.scalarLane = lane == Lane.F32 && (op == ReduceOp.SUM || op == ReduceOp.PROD) ? Lane.F64 : lane;
        if (lane != Lane.BOOL && (op == ReduceOp.ANY || op == ReduceOp.ALL)) {
            throw new IllegalArgumentException(op + ": expected truth values, got numbers");
        }
    }

    private static ReduceOp logical(ReduceOp op) {
        return switch (op) {
            case SUM, MAX, ANY -> ReduceOp.ANY;
            case PROD, MIN, ALL -> ReduceOp.ALL;
        };
    }

    /** {@return the tensor type in which partial and final values are stored} */
    static DType memory(Lane lane) {
        return switch (lane) {
            case F32 -> DType.FLOAT32;
            case F64 -> DType.FLOAT64;
            case I32 -> DType.INT32;
            case I64 -> DType.INT64;
            case BOOL -> DType.BOOL;
        };
    }

    /** {@return the identity element as a double (floating lanes)} */
    private double identityDouble() {
        return switch (op) {
            case SUM -> 0;
            case PROD -> 1;
            case MAX -> Double.NEGATIVE_INFINITY;
            default -> Double.POSITIVE_INFINITY;
        };
    }

    private long identityLong() {
        return switch (op) {
            case SUM, ANY -> 0;
            case PROD, ALL -> 1;
            case MAX -> lane == Lane.I32 ? Integer.MIN_VALUE : Long.MIN_VALUE;
            case MIN -> lane == Lane.I32 ? Integer.MAX_VALUE : Long.MAX_VALUE;
        };
    }

    /** Pushes the identity element. */
    void pushIdentity(CodeBuilder cb, Lane as) {
        switch (as) {
            case F32 -> cb.loadConstant((float) identityDouble());
            case F64 -> cb.loadConstant(identityDouble());
            case I64 -> cb.loadConstant(identityLong());
            case I32, BOOL -> cb.loadConstant((int) identityLong());
        }
    }

    /** Replaces two scalars of a lane by their combination. */
    void combineScalars(CodeBuilder cb, Lane as) {
        switch (as) {
            case F32 -> {
                switch (op) {
                    case SUM -> cb.fadd();
                    case PROD -> cb.fmul();
                    default -> math(cb, CD_float);
                }
            }
            case F64 -> {
                switch (op) {
                    case SUM -> cb.dadd();
                    case PROD -> cb.dmul();
                    default -> math(cb, CD_double);
                }
            }
            case I32 -> {
                switch (op) {
                    case SUM -> cb.iadd();
                    case PROD -> cb.imul();
                    default -> math(cb, CD_int);
                }
            }
            case I64 -> {
                switch (op) {
                    case SUM -> cb.ladd();
                    case PROD -> cb.lmul();
                    default -> math(cb, CD_long);
                }
            }
            case BOOL -> {
                if (op == ReduceOp.ANY) {
                    cb.ior();
                } else {
                    cb.iand();
                }
            }
        }
    }

    private void math(CodeBuilder cb, ClassDesc type) {
        cb.invokestatic(MATH, op.name().toLowerCase(Locale.ROOT), MethodTypeDesc.of(type, type, type));
    }

    /** Replaces two vectors (or masks) by their combination. */
    void combineVectors(CodeBuilder cb) {
        if (lane == Lane.BOOL) {
            cb.invokevirtual(MASK, op == ReduceOp.ANY ? "or" : "and", MethodTypeDesc.of(MASK, MASK));
            return;
        }
        String name =
                switch (op) {
                    case SUM -> "add";
                    case PROD -> "mul";
                    default -> op.name().toLowerCase(Locale.ROOT);
                };
        var type = VectorEmitter.vector(lane);
        cb.invokevirtual(type, name, MethodTypeDesc.of(type, VECTOR));
    }

    /** Replaces a mask by the combination of its lanes, 0 or 1. */
    void reduceMask(CodeBuilder cb) {
        cb.invokevirtual(
                MASK,
                op == ReduceOp.ANY ? "anyTrue" : "allTrue",
                MethodTypeDesc.of(java.lang.constant.ConstantDescs.CD_boolean));
    }

    /** {@return whether the lanes of a vector may be combined in any order with the same bits as result} */
    boolean isOrderFree() {
        return op == ReduceOp.MAX || op == ReduceOp.MIN;
    }

    /** {@return whether the bits of the result depend on the order: of sums and products of floating numbers} */
    boolean isOrdered() {
        return lane.isFloating() && !isOrderFree();
    }

    /** Replaces a vector by the combination of its lanes, in no particular order. */
    void reduceLanes(CodeBuilder cb) {
        cb.getstatic(OPERATORS, op.name(), ASSOCIATIVE);
        cb.invokevirtual(VectorEmitter.vector(lane), "reduceLanes", MethodTypeDesc.of(scalarType(), ASSOCIATIVE));
    }

    /** Converts the scalar on the stack from the values' lane to the accumulator's lane. */
    void widen(CodeBuilder cb) {
        if (scalarLane != lane) {
            cb.f2d();
        }
    }

    /** Converts the accumulator on the stack to the values' lane. */
    void narrow(CodeBuilder cb) {
        if (scalarLane != lane) {
            cb.d2f();
        }
    }

    TypeKind scalarKind() {
        return switch (scalarLane) {
            case F32 -> TypeKind.FLOAT;
            case F64 -> TypeKind.DOUBLE;
            case I64 -> TypeKind.LONG;
            case I32, BOOL -> TypeKind.INT;
        };
    }

    ClassDesc scalarType() {
        return switch (scalarLane) {
            case F32 -> CD_float;
            case F64 -> CD_double;
            case I64 -> CD_long;
            case I32, BOOL -> CD_int;
        };
    }
}
