package fathom.cpu.codegen;

import static java.lang.constant.ConstantDescs.CD_int;

import fathom.ir.ReduceOp;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.BitSet;

/**
 * Writes the class of a reduction along rows: each row of a tile gives one value. The vectors' lanes go through the
 * scratch area and are combined one after the other, always in the same order.
 */
final class RowReduceWriter extends ReduceWriter {
    private final MethodTypeDesc scalarType;

    RowReduceWriter(Graph graph, Lowering.Root root, int inputs, BitSet uniform, ReduceOp op) {
        super(graph, root, inputs, uniform, op);
        scalarType = MethodTypeDesc.of(accumulator.scalarType(), LONGS, CD_int, CD_int, CD_int);
    }

    @Override
    void write(ClassBuilder cl, ClassDesc self) {
        cl.withMethodBody("run", RUN, ClassFile.ACC_PUBLIC, cb -> run(cb, self));
        cl.withMethodBody("scalar", scalarType, ClassFile.ACC_STATIC, this::scalar);
    }

    private void run(CodeBuilder cb, ClassDesc self) {
        int parameters = cb.parameterSlot(0);
        int n = intParameter(cb, parameters, Parameters.N);
        int rows = intParameter(cb, parameters, Parameters.ROWS);
        int row = counter(cb);
        if (isVector()) {
            int whole = cb.allocateLocal(TypeKind.INT);
            var short_ = cb.newLabel();
            cb.iload(n).loadConstant(-lanes).iand().istore(whole);
            cb.iload(whole).ifeq(short_);
            vectorRows(cb, self, parameters, n, rows, row, whole);
            cb.return_();
            cb.labelBinding(short_);
        }
        int result = cb.allocateLocal(accumulator.scalarKind());
        loop(cb, row, rows, 1, () -> {
            cb.aload(parameters).iload(row).iconst_0().iload(n);
            cb.invokestatic(self, "scalar", scalarType);
            cb.storeLocal(accumulator.scalarKind(), result);
            store(cb, parameters, row, result);
        });
        cb.return_();
    }

    private void vectorRows(CodeBuilder cb, ClassDesc self, int parameters, int n, int rows, int row, int whole) {
        var emitter = new VectorEmitter(cb, graph, vector, operands, parameters, wide);
        emitter.addresses = addressVariables(cb, inputs);
        emitter.index = cb.allocateLocal(TypeKind.INT);
        int bulk = cb.allocateLocal(TypeKind.INT);
        cb.iload(n).loadConstant(-lanes * copies).iand().istore(bulk);
        int identity = identity(cb, emitter);
        var sums = vectorVariables(cb);
        int result = cb.allocateLocal(accumulator.scalarKind());
        emitter.enter(Schedule.CALL);
        loop(cb, row, rows, 1, () -> {
            seekRow(cb, parameters, emitter.addresses, row);
            emitter.enter(Schedule.ROW);
            copy(cb, identity, sums);
            cb.iconst_0().istore(emitter.index);
            loop(cb, emitter.index, bulk, lanes * copies, () -> step(cb, emitter, sums, copies));
            if (copies > 1) {
                loop(cb, emitter.index, whole, lanes, () -> step(cb, emitter, sums, 1));
                for (int apart = copies / 2; apart > 0; apart /= 2) {
                    for (int u = 0; u < apart; u++) {
                        cb.aload(sums[u]).aload(sums[u + apart]);
                        accumulator.combineVectors(cb);
                        cb.astore(sums[u]);
                    }
                }
            }
            var full = cb.newLabel();
            accumulator.pushIdentity(cb, accumulator.scalarLane);
            cb.storeLocal(accumulator.scalarKind(), result);
            cb.iload(whole).iload(n).if_icmpeq(full);
            cb.aload(parameters).iload(row).iload(whole).iload(n);
            cb.invokestatic(self, "scalar", scalarType);
            cb.storeLocal(accumulator.scalarKind(), result);
            cb.labelBinding(full);
            addLanes(cb, emitter, sums[0], result);
            store(cb, parameters, row, result);
        });
    }

    /** Combines the lanes of a vector with the result. */
    private void addLanes(CodeBuilder cb, VectorEmitter emitter, int sums, int result) {
        var kind = accumulator.scalarKind();
        if (accumulator.lane == Lane.BOOL) {
            cb.loadLocal(kind, result).aload(sums);
            accumulator.reduceMask(cb);
            accumulator.combineScalars(cb);
            cb.storeLocal(kind, result);
            return;
        }
        var memory = Accumulator.memory(accumulator.lane);
        int scratch = cb.allocateLocal(TypeKind.LONG);
        emitter.pushParameter(Parameters.SCRATCH);
        cb.lstore(scratch);
        emitter.storeVector(accumulator.lane, sums, scratch);
        int lane = counter(cb);
        int count = cb.allocateLocal(TypeKind.INT);
        cb.loadConstant(lanes).istore(count);
        loop(cb, lane, count, 1, () -> {
            cb.loadLocal(kind, result);
            cb.lload(scratch).iload(lane).loadConstant(memory.size()).imul().i2l().ladd();
            emitter.loadScalar(memory);
            accumulator.widen(cb);
            accumulator.combineScalars(cb);
            cb.storeLocal(kind, result);
        });
    }

    private void store(CodeBuilder cb, int parameters, int row, int result) {
        cb.aload(parameters).loadConstant(Parameters.address(inputs)).laload();
        cb.aload(parameters).loadConstant(Parameters.rowStride(inputs)).laload();
        cb.iload(row).i2l().lmul().ladd();
        cb.loadLocal(accumulator.scalarKind(), result);
        accumulator.narrow(cb);
        Emitter.storeScalar(cb, Accumulator.memory(accumulator.lane));
    }

    /** The combination of the elements {@code from} to {@code to} of one row. */
    private void scalar(CodeBuilder cb) {
        int parameters = cb.parameterSlot(0);
        int row = cb.parameterSlot(1);
        int from = cb.parameterSlot(2);
        int to = cb.parameterSlot(3);
        var kind = accumulator.scalarKind();
        var emitter = new ScalarEmitter(cb, graph, scalar, operands, parameters);
        emitter.addresses = addressVariables(cb, inputs);
        emitter.index = from;
        seekRow(cb, parameters, emitter.addresses, row);
        emitter.enter(Schedule.CALL);
        emitter.enter(Schedule.ROW);
        int result = cb.allocateLocal(kind);
        accumulator.pushIdentity(cb, accumulator.scalarLane);
        cb.storeLocal(kind, result);
        loop(cb, from, to, 1, () -> {
            emitter.enter(Schedule.ELEMENT);
            cb.loadLocal(kind, result);
            emitter.push(value());
            accumulator.widen(cb);
            accumulator.combineScalars(cb);
            cb.storeLocal(kind, result);
        });
        cb.loadLocal(kind, result).return_(kind);
    }
}
