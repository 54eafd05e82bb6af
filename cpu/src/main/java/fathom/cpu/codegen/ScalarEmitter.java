package fathom.cpu.codegen;

import static java.lang.constant.ConstantDescs.CD_Double;
import static java.lang.constant.ConstantDescs.CD_Float;
import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Collections;

/** Emits a graph as scalar bytecode, one element at a time. */
class ScalarEmitter extends Emitter {
    private static final ClassDesc SPECIAL = desc(Special.class);
    private static final ClassDesc MATH = desc(Math.class);

    ScalarEmitter(CodeBuilder cb, Graph graph, Schedule schedule, int operands, int parameters) {
        super(cb, graph, schedule, operands, parameters);
    }

    @Override
    TypeKind kind(Lane lane) {
        return switch (lane) {
            case F32 -> TypeKind.FLOAT;
            case F64 -> TypeKind.DOUBLE;
            case I64 -> TypeKind.LONG;
            case I32, BOOL -> TypeKind.INT;
        };
    }

    @Override
    void store(Lowering.Root root, int k) {
        pushAddress(k, root.memory().size(), false);
        push(root.value());
        storeScalar(cb, root.memory());
    }

    @Override
    void emit(Node n) {
        switch (n.op) {
            case LOAD -> {
                pushAddress(operand(n), memoryType(n).size(), schedule.level(n) == Schedule.ROW);
                loadScalar(memoryType(n));
            }
            case SCALAR -> pushScalar(n);
            case CONST -> pushConstant(n);
            case SELECT, GUARD -> choose(n);
            case EQ, NE, LT, LE, GT, GE -> compare(n);
            case CONVERT -> {
                push(n.args[0]);
                cb.conversion(kind(n.args[0].lane), kind(n.lane));
            }
            case BITCAST -> {
                push(n.args[0]);
                bitcast(n.lane);
            }
            case CALL -> {
                for (var arg : n.args) {
                    push(arg);
                }
                var type = n.lane == Lane.F64 ? CD_double : CD_long;
                cb.invokestatic(
                        SPECIAL, graph.function(n), MethodTypeDesc.of(type, Collections.nCopies(n.args.length, type)));
            }
            default -> {
                for (var arg : n.args) {
                    push(arg);
                }
                arithmetic(n);
            }
        }
    }

    private void choose(Node n) {
        push(n.args[0]);
        pick(Opcode.IFNE, () -> push(n.args[1]), () -> push(n.args[2]));
    }

    private void pick(Opcode test, Runnable then, Runnable otherwise) {
        var yes = cb.newLabel();
        var end = cb.newLabel();
        cb.branch(test, yes);
        otherwise.run();
        cb.goto_(end);
        cb.labelBinding(yes);
        then.run();
        cb.labelBinding(end);
    }

    private void bitcast(Lane to) {
        switch (to) {
            case F32 -> cb.invokestatic(CD_Float, "intBitsToFloat", MethodTypeDesc.of(CD_float, CD_int));
            case I32 -> cb.invokestatic(CD_Float, "floatToRawIntBits", MethodTypeDesc.of(CD_int, CD_float));
            case F64 -> cb.invokestatic(CD_Double, "longBitsToDouble", MethodTypeDesc.of(CD_double, CD_long));
            case I64 -> cb.invokestatic(CD_Double, "doubleToRawLongBits", MethodTypeDesc.of(CD_long, CD_double));
            case BOOL -> throw new IllegalStateException("a bool has no bit pattern");
        }
    }

    private void compare(Node n) {
        push(n.args[0]);
        push(n.args[1]);
        boolean less = n.op == Op.LT || n.op == Op.LE;
        var lane = n.args[0].lane;
        switch (lane) {
            // the result for NaN must make every test but NE false
            case F32 -> {
                if (less) {
                    cb.fcmpg();
                } else {
                    cb.fcmpl();
                }
            }
            case F64 -> {
                if (less) {
                    cb.dcmpg();
                } else {
                    cb.dcmpl();
                }
            }
            case I64 -> cb.lcmp();
            default -> {}
        }
        boolean ints = lane == Lane.I32;
        var test =
                switch (n.op) {
                    case EQ -> ints ? Opcode.IF_ICMPEQ : Opcode.IFEQ;
                    case NE -> ints ? Opcode.IF_ICMPNE : Opcode.IFNE;
                    case LT -> ints ? Opcode.IF_ICMPLT : Opcode.IFLT;
                    case LE -> ints ? Opcode.IF_ICMPLE : Opcode.IFLE;
                    case GT -> ints ? Opcode.IF_ICMPGT : Opcode.IFGT;
                    default -> ints ? Opcode.IF_ICMPGE : Opcode.IFGE;
                };
        pick(test, cb::iconst_1, cb::iconst_0);
    }

    private void arithmetic(Node n) {
        switch (n.lane) {
            case F32 -> float32(n);
            case F64 -> float64(n);
            case I32 -> int32(n);
            case I64 -> int64(n);
            case BOOL -> {
                switch (n.op) {
                    case AND -> cb.iand();
                    case OR -> cb.ior();
                    case XOR -> cb.ixor();
                    case NOT -> cb.iconst_1().ixor();
                    default -> throw unknown(n);
                }
            }
        }
    }

    private void float32(Node n) {
        switch (n.op) {
            case ADD -> cb.fadd();
            case SUB -> cb.fsub();
            case MUL -> cb.fmul();
            case DIV -> cb.fdiv();
            case REM -> cb.frem();
            case NEG -> cb.fneg();
            case ABS -> cb.invokestatic(MATH, "abs", MethodTypeDesc.of(CD_float, CD_float));
            case SQRT -> cb.f2d().invokestatic(MATH, "sqrt", MethodTypeDesc.of(CD_double, CD_double)).d2f();
            case FMA -> cb.invokestatic(MATH, "fma", MethodTypeDesc.of(CD_float, CD_float, CD_float, CD_float));
            default -> throw unknown(n);
        }
    }

    private void float64(Node n) {
        switch (n.op) {
            case ADD -> cb.dadd();
            case SUB -> cb.dsub();
            case MUL -> cb.dmul();
            case DIV -> cb.ddiv();
            case REM -> cb.drem();
            case NEG -> cb.dneg();
            case ABS -> cb.invokestatic(MATH, "abs", MethodTypeDesc.of(CD_double, CD_double));
            case SQRT -> cb.invokestatic(MATH, "sqrt", MethodTypeDesc.of(CD_double, CD_double));
            case FMA -> cb.invokestatic(MATH, "fma", MethodTypeDesc.of(CD_double, CD_double, CD_double, CD_double));
            default -> throw unknown(n);
        }
    }

    private void int32(Node n) {
        switch (n.op) {
            case ADD -> cb.iadd();
            case SUB -> cb.isub();
            case MUL -> cb.imul();
            case DIV -> cb.idiv();
            case REM -> cb.irem();
            case NEG -> cb.ineg();
            case ABS -> cb.invokestatic(MATH, "abs", MethodTypeDesc.of(CD_int, CD_int));
            case AND -> cb.iand();
            case OR -> cb.ior();
            case XOR -> cb.ixor();
            case NOT -> cb.iconst_m1().ixor();
            case SHL -> cb.ishl();
            case SHR -> cb.ishr();
            case USHR -> cb.iushr();
            default -> throw unknown(n);
        }
    }

    private void int64(Node n) {
        switch (n.op) {
            case ADD -> cb.ladd();
            case SUB -> cb.lsub();
            case MUL -> cb.lmul();
            case DIV -> cb.ldiv();
            case REM -> cb.lrem();
            case NEG -> cb.lneg();
            case ABS -> cb.invokestatic(MATH, "abs", MethodTypeDesc.of(CD_long, CD_long));
            case AND -> cb.land();
            case OR -> cb.lor();
            case XOR -> cb.lxor();
            case NOT -> cb.loadConstant(-1L).lxor();
            case SHL -> cb.l2i().lshl();
            case SHR -> cb.l2i().lshr();
            case USHR -> cb.l2i().lushr();
            default -> throw unknown(n);
        }
    }

    private static IllegalStateException unknown(Node n) {
        return new IllegalStateException("no scalar code for " + n);
    }
}
