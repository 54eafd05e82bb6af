package fathom.cpu.smallchannels;

import static java.lang.classfile.ClassFile.ACC_FINAL;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.MTD_void;

import fathom.cpu.memory.HiddenClasses;
import fathom.cpu.memory.Memory;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Generates a {@link BatchKernel} as a hidden class with one flat method: the sums are local variables and no helper
 * methods are called, so that C2 keeps them in registers.
 */
final class BatchKernelGenerator {
    private static final ClassDesc OWNER = ClassDesc.of(BatchKernelGenerator.class.getPackageName(), "GeneratedBatch");
    private static final ClassDesc KERNEL = desc(BatchKernel.class);
    private static final ClassDesc VECTOR = desc(FloatVector.class);
    private static final ClassDesc ANY_VECTOR = desc(Vector.class);
    private static final ClassDesc SPECIES = desc(VectorSpecies.class);
    private static final ClassDesc SEGMENT = desc(MemorySegment.class);
    private static final ClassDesc MEMORY = desc(Memory.class);
    private static final ClassDesc LAYOUT = desc(ValueLayout.OfFloat.class);
    private static final ClassDesc ORDER = desc(ByteOrder.class);

    // parameters of BatchKernel.run, by local variable slot
    private static final int SOURCE = 1;
    private static final int OFFSET = 3;
    private static final int SOURCE_ROW = 5;
    private static final int SOURCE_COLUMN = 7;
    private static final int WEIGHTS = 9;
    private static final int WEIGHT_ROW = 11;
    private static final int WEIGHT_COLUMN = 13;
    private static final int WEIGHT_STEP = 15;
    private static final int ROWS = 17;
    private static final int COLUMNS = 18;
    private static final int RUN = 19;
    private static final int BIAS = 20;
    private static final int RESULT = 22;
    private static final int SECOND = 24;
    // and the method's own variables
    private static final int ROW = 26;
    private static final int COLUMN = 27;
    private static final int I = 28;
    private static final int X = 29;
    private static final int W = 31;
    private static final int FIRST_X = 33;
    private static final int SECOND_X = 34;
    private static final int WEIGHT = 35;
    private static final int SUMS = 36;

    private final int channels;

    private BatchKernelGenerator(int channels) {
        this.channels = channels;
    }

    /** {@return a new kernel for {@code channels} channels, not yet compiled by the JIT} */
    static BatchKernel generate(int channels) {
        return HiddenClasses.instantiate(
                MethodHandles.lookup(),
                BatchKernel.class,
                new BatchKernelGenerator(channels).classFile(),
                null,
                "the micro-kernel for " + channels + " channels");
    }

    private byte[] classFile() {
        var run =
                MethodTypeDesc.of(
                        CD_void, CD_long, CD_long, CD_long, CD_long, CD_long, CD_long, CD_long, CD_long, CD_int, CD_int,
                        CD_int, CD_long, CD_long, CD_long);
        return ClassFile.of()
                .build(
                        OWNER,
                        type ->
                                type.withFlags(ACC_FINAL)
                                        .withSuperclass(KERNEL)
                                        .withMethodBody(
                                                ConstantDescs.INIT_NAME,
                                                MTD_void,
                                                0,
                                                code ->
                                                        code.aload(0)
                                                                .invokespecial(
                                                                        KERNEL, ConstantDescs.INIT_NAME, MTD_void)
                                                                .return_())
                                        .withMethodBody("run", run, 0, this::body));
    }

    private void body(CodeBuilder code) {
        for (int c = 0; c < channels; c++) {
            broadcast(code, BIAS, c);
            code.astore(sum(c, 0)).aload(sum(c, 0)).astore(sum(c, 1));
        }
        loop(
                code,
                ROW,
                ROWS,
                () ->
                        loop(
                                code,
                                COLUMN,
                                COLUMNS,
                                () -> {
                                    address(code, SOURCE, SOURCE_ROW, SOURCE_COLUMN, X);
                                    address(code, WEIGHTS, WEIGHT_ROW, WEIGHT_COLUMN, W);
                                    loop(code, I, RUN, () -> step(code));
                                }));
        for (int c = 0; c < channels; c++) {
            store(code, sum(c, 0), RESULT, c);
            store(code, sum(c, 1), SECOND, c);
        }
        code.return_();
    }

    /** {@return the variable of a channel's sum at one of the two positions} */
    private static int sum(int channel, int position) {
        return SUMS + 2 * channel + position;
    }

    /** Emits a loop of {@code variable} from 0 to {@code count}. */
    private static void loop(CodeBuilder code, int variable, int count, Runnable body) {
        var begin = code.newLabel();
        var end = code.newLabel();
        code.iconst_0().istore(variable);
        code.labelBinding(begin).iload(variable).iload(count).if_icmpge(end);
        body.run();
        code.iinc(variable, 1).goto_(begin);
        code.labelBinding(end);
    }

    /** Sets variable {@code to} to the address of the current row and column. */
    private static void address(CodeBuilder code, int start, int rowStep, int columnStep, int to) {
        code.lload(start).iload(ROW).i2l().lload(rowStep).lmul().ladd();
        code.iload(COLUMN).i2l().lload(columnStep).lmul().ladd().lstore(to);
    }

    /**
     * Emits the step of one element of a run: the source elements of both positions times the weights of all channels.
     */
    private void step(CodeBuilder code) {
        load(code, () -> code.lload(X), FIRST_X);
        load(code, () -> code.lload(X).lload(OFFSET).ladd(), SECOND_X);
        for (int c = 0; c < channels; c++) {
            broadcast(code, W, c);
            code.astore(WEIGHT);
            add(code, FIRST_X, sum(c, 0));
            add(code, SECOND_X, sum(c, 1));
        }
        code.lload(X).loadConstant(Lanes.ELEMENT_BYTES).ladd().lstore(X);
        code.lload(W).lload(WEIGHT_STEP).ladd().lstore(W);
    }

    private static void add(CodeBuilder code, int x, int sum) {
        code.aload(x)
                .aload(WEIGHT)
                .aload(sum)
                .invokevirtual(VECTOR, "fma", MethodTypeDesc.of(VECTOR, ANY_VECTOR, ANY_VECTOR))
                .astore(sum);
    }

    private static void load(CodeBuilder code, Runnable address, int to) {
        species(code).getstatic(MEMORY, "ALL", SEGMENT);
        address.run();
        code.getstatic(ORDER, "LITTLE_ENDIAN", ORDER)
                .invokestatic(VECTOR, "fromMemorySegment", MethodTypeDesc.of(VECTOR, SPECIES, SEGMENT, CD_long, ORDER))
                .astore(to);
    }

    /** Broadcasts the float of a channel at the address in a variable. */
    private static void broadcast(CodeBuilder code, int variable, int channel) {
        species(code).getstatic(MEMORY, "ALL", SEGMENT).getstatic(MEMORY, "FLOAT", LAYOUT);
        offset(code, variable, (long) channel * Float.BYTES)
                .invokeinterface(SEGMENT, "get", MethodTypeDesc.of(CD_float, LAYOUT, CD_long))
                .invokestatic(VECTOR, "broadcast", MethodTypeDesc.of(VECTOR, SPECIES, CD_float));
    }

    private static void store(CodeBuilder code, int sum, int variable, int channel) {
        code.aload(sum).getstatic(MEMORY, "ALL", SEGMENT);
        offset(code, variable, channel * Lanes.ELEMENT_BYTES)
                .getstatic(ORDER, "LITTLE_ENDIAN", ORDER)
                .invokevirtual(VECTOR, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
    }

    private static CodeBuilder offset(CodeBuilder code, int variable, long offset) {
        code.lload(variable);
        return offset == 0 ? code : code.loadConstant(offset).ladd();
    }

    private static CodeBuilder species(CodeBuilder code) {
        return code.getstatic(VECTOR, "SPECIES_PREFERRED", SPECIES);
    }

    private static ClassDesc desc(Class<?> type) {
        return type.describeConstable().orElseThrow();
    }
}
