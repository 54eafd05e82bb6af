package fathom.cpu.matmul;

import static java.lang.classfile.ClassFile.ACC_FINAL;
import static java.lang.classfile.ClassFile.ACC_PUBLIC;
import static java.lang.classfile.ClassFile.ACC_STATIC;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.MTD_void;

import fathom.cpu.memory.HiddenClasses;
import fathom.cpu.memory.Memory;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Generates a micro-kernel as a hidden class with one flat method: the accumulators are local variables, which C2 keeps
 * in vector registers. It calls no helper methods, which would exceed the inlining budget and make C2 box every vector.
 */
final class MicroKernelGenerator {
    private static final ClassDesc OWNER = ClassDesc.of(MicroKernelGenerator.class.getPackageName(), "GeneratedTile");
    private static final ClassDesc SPECIES = desc(VectorSpecies.class);
    private static final ClassDesc SEGMENT = desc(MemorySegment.class);
    private static final ClassDesc ORDER = desc(ByteOrder.class);
    private static final ClassDesc VECTOR = desc(Vector.class);

    // parameters of MicroKernel.run, by local variable slot
    private static final int A = 1;
    private static final int A_START = 2;
    private static final int B = 3;
    private static final int B_STEP = 5;
    private static final int INIT = 7;
    private static final int INIT_STEP = 9;
    private static final int C = 11;
    private static final int C_STEP = 13;
    private static final int DEPTH = 15;
    // and the method's own variables
    private static final int P = 16;
    private static final int ARRAY = 17; // A with its type
    private static final int ONE_A = 18; // an element of A in all lanes
    private static final int ROW_OF_B = 19;

    private final TileShape shape;
    private final ClassDesc vector;
    private final ClassDesc scalar;
    private final int vectorBytes;
    private final int accumulators;

    private MicroKernelGenerator(TileShape shape) {
        this.shape = shape;
        boolean isFloat = shape.elem() == Elem.FLOAT;
        vector = desc(isFloat ? FloatVector.class : DoubleVector.class);
        scalar = desc(isFloat ? float.class : double.class);
        vectorBytes = shape.elem().lanes() * shape.elem().size();
        accumulators = ROW_OF_B + shape.vectors();
    }

    /** {@return a new kernel for the shape, not yet compiled by the JIT} */
    static MicroKernel generate(TileShape shape) {
        return HiddenClasses.instantiate(
                MethodHandles.lookup(),
                MicroKernel.class,
                new MicroKernelGenerator(shape).classFile(),
                null,
                "the micro-kernel for " + shape);
    }

    private byte[] classFile() {
        var run =
                MethodTypeDesc.of(
                        CD_void, CD_Object, CD_int, CD_long, CD_long, CD_long, CD_long, CD_long, CD_long, CD_int);
        return ClassFile.of()
                .build(
                        OWNER,
                        type ->
                                type.withFlags(ACC_FINAL)
                                        .withInterfaceSymbols(desc(MicroKernel.class))
                                        .withField("SPECIES", SPECIES, ACC_STATIC | ACC_FINAL)
                                        .withMethodBody(
                                                "<clinit>",
                                                MTD_void,
                                                ACC_STATIC,
                                                code ->
                                                        code.getstatic(vector, "SPECIES_PREFERRED", SPECIES)
                                                                .putstatic(OWNER, "SPECIES", SPECIES)
                                                                .return_())
                                        .withMethodBody(
                                                "<init>",
                                                MTD_void,
                                                ACC_PUBLIC,
                                                code ->
                                                        code.aload(0)
                                                                .invokespecial(CD_Object, "<init>", MTD_void)
                                                                .return_())
                                        .withMethodBody("run", run, ACC_PUBLIC, this::body));
    }

    private void body(CodeBuilder code) {
        code.aload(A).checkcast(scalar.arrayType()).astore(ARRAY);
        startSums(code);
        var loop = code.newLabel();
        var end = code.newLabel();
        code.iconst_0().istore(P);
        code.labelBinding(loop).iload(P).iload(DEPTH).if_icmpge(end);
        step(code);
        code.iinc(P, 1).goto_(loop);
        code.labelBinding(end);
        storeSums(code);
        code.return_();
    }

    /** Emits the initialisation of the accumulators from {@code init}, or to zero. */
    private void startSums(CodeBuilder code) {
        var fromZero = code.newLabel();
        var ready = code.newLabel();
        code.lload(INIT).lconst_0().lcmp().ifeq(fromZero);
        for (int i = 0; i < shape.rows(); i++) {
            for (int j = 0; j < shape.vectors(); j++) {
                loadVector(code, INIT, j);
                code.astore(accumulator(i, j));
            }
            advance(code, INIT, INIT_STEP);
        }
        code.goto_(ready);
        code.labelBinding(fromZero);
        species(code).invokestatic(vector, "zero", MethodTypeDesc.of(vector, SPECIES)).astore(accumulator(0, 0));
        for (int sum = accumulator(0, 1); sum < accumulator(shape.rows(), 0); sum++) {
            code.aload(accumulator(0, 0)).astore(sum);
        }
        code.labelBinding(ready);
    }

    /** Emits the step of one p: the outer product of a column of A and a row of B's vectors. */
    private void step(CodeBuilder code) {
        for (int j = 0; j < shape.vectors(); j++) {
            loadVector(code, B, j);
            code.astore(ROW_OF_B + j);
        }
        for (int i = 0; i < shape.rows(); i++) {
            species(code).aload(ARRAY);
            elementOfA(code, i)
                    .invokestatic(vector, "broadcast", MethodTypeDesc.of(vector, SPECIES, scalar))
                    .astore(ONE_A);
            for (int j = 0; j < shape.vectors(); j++) {
                code.aload(ONE_A)
                        .aload(ROW_OF_B + j)
                        .aload(accumulator(i, j))
                        .invokevirtual(vector, "fma", MethodTypeDesc.of(vector, VECTOR, VECTOR))
                        .astore(accumulator(i, j));
            }
        }
        advance(code, B, B_STEP);
    }

    /** Pushes A's element (i, p), whose index is affine in p with constant coefficients. */
    private CodeBuilder elementOfA(CodeBuilder code, int i) {
        code.iload(A_START).iload(P);
        if (shape.columnStep() != 1) {
            code.loadConstant(shape.columnStep()).imul();
        }
        code.iadd();
        if (i > 0) {
            code.loadConstant(i * shape.rowStep()).iadd();
        }
        return shape.elem() == Elem.FLOAT ? code.faload() : code.daload();
    }

    private void storeSums(CodeBuilder code) {
        for (int i = 0; i < shape.rows(); i++) {
            for (int j = 0; j < shape.vectors(); j++) {
                code.aload(accumulator(i, j)).getstatic(desc(Memory.class), "ALL", SEGMENT);
                address(code, C, (long) j * vectorBytes).getstatic(ORDER, "LITTLE_ENDIAN", ORDER);
                code.invokevirtual(vector, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
            }
            advance(code, C, C_STEP);
        }
    }

    /** Loads the j-th vector of the row at the address in a variable. */
    private void loadVector(CodeBuilder code, int variable, int j) {
        species(code).getstatic(desc(Memory.class), "ALL", SEGMENT);
        address(code, variable, (long) j * vectorBytes).getstatic(ORDER, "LITTLE_ENDIAN", ORDER);
        code.invokestatic(vector, "fromMemorySegment", MethodTypeDesc.of(vector, SPECIES, SEGMENT, CD_long, ORDER));
    }

    private static CodeBuilder address(CodeBuilder code, int variable, long offset) {
        code.lload(variable);
        return offset == 0 ? code : code.loadConstant(offset).ladd();
    }

    private static void advance(CodeBuilder code, int variable, int step) {
        code.lload(variable).lload(step).ladd().lstore(variable);
    }

    private static CodeBuilder species(CodeBuilder code) {
        return code.getstatic(OWNER, "SPECIES", SPECIES);
    }

    private int accumulator(int i, int j) {
        return accumulators + i * shape.vectors() + j;
    }

    private static ClassDesc desc(Class<?> type) {
        return type.describeConstable().orElseThrow();
    }
}
