package fathom.cpu.codegen;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import fathom.ir.ReduceOp;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.BitSet;

/** Writes the class of a reduction across rows: a tile gives one row of values, the combination of all its rows. */
final class ColumnReduceWriter extends ReduceWriter {
    private static final MethodTypeDesc COLUMNS = MethodTypeDesc.of(CD_void, LONGS, CD_int, CD_int);

    ColumnReduceWriter(Graph graph, Lowering.Root root, int inputs, BitSet uniform, ReduceOp op) {
        super(graph, root, inputs, uniform, op);
    }

    @Override
    void write(ClassBuilder cl, ClassDesc self) {
        cl.withMethodBody("run", RUN, ClassFile.ACC_PUBLIC, cb -> run(cb, self));
        cl.withMethodBody("scalar", COLUMNS, ClassFile.ACC_STATIC, this::scalar);
    }

    private void run(CodeBuilder cb, ClassDesc self) {
        int parameters = cb.parameterSlot(0);
        int n = intParameter(cb, parameters, Parameters.N);
        int rows = intParameter(cb, parameters, Parameters.ROWS);
        if (!isVector()) {
            cb.aload(parameters).iconst_0().iload(n).invokestatic(self, "scalar", COLUMNS);
            cb.return_();
            return;
        }
        var emitter = new VectorEmitter(cb, graph, vector, operands, parameters, wide);
        emitter.addresses = addressVariables(cb, inputs);
        emitter.index = counter(cb);
        int bulk = cb.allocateLocal(TypeKind.INT);
        int whole = cb.allocateLocal(TypeKind.INT);
        int row = cb.allocateLocal(TypeKind.INT);
        cb.iload(n).loadConstant(-lanes * copies).iand().istore(bulk);
        cb.iload(n).loadConstant(-lanes).iand().istore(whole);
        int identity = identity(cb, emitter);
        var sums = vectorVariables(cb);
        emitter.enter(Schedule.CALL);
        loop(cb, emitter.index, bulk, lanes * copies, () -> columns(cb, emitter, row, rows, identity, sums, copies));
        if (copies > 1) {
            loop(cb, emitter.index, whole, lanes, () -> columns(cb, emitter, row, rows, identity, sums, 1));
        }
        var full = cb.newLabel();
        cb.iload(whole).iload(n).if_icmpeq(full);
        cb.aload(parameters).iload(whole).iload(n).invokestatic(self, "scalar", COLUMNS);
        cb.labelBinding(full);
        cb.return_();
    }

    /** All rows of some neighbouring vectors. */
    private void columns(
            CodeBuilder cb, VectorEmitter emitter, int row, int rows, int identity, int[] sums, int count) {
        int address = cb.allocateLocal(TypeKind.LONG);
        copy(cb, identity, sums);
        cb.iconst_0().istore(row);
        loop(cb, row, rows, 1, () -> {
            seekRow(cb, emitter.parameters, emitter.addresses, row);
            emitter.enter(Schedule.ROW);
            step(cb, emitter, sums, count);
            emitter.leave(Schedule.ROW);
        });
        for (int u = 0; u < count; u++) {
            pushOutput(cb, emitter.parameters, emitter.index, u * lanes);
            cb.lstore(address);
            emitter.storeVector(accumulator.lane, sums[u], address);
        }
    }

    /** Pushes the address of the output's element {@code index + shift}. */
    private void pushOutput(CodeBuilder cb, int parameters, int index, int shift) {
        int size = Accumulator.memory(accumulator.lane).size();
        cb.aload(parameters).loadConstant(Parameters.address(inputs)).laload();
        cb.iload(index).loadConstant(shift).iadd().i2l().loadConstant((long) size).lmul().ladd();
    }

    /** The columns {@code from} to {@code to}, one after the other. */
    private void scalar(CodeBuilder cb) {
        int parameters = cb.parameterSlot(0);
        int from = cb.parameterSlot(1);
        int to = cb.parameterSlot(2);
        var kind = accumulator.scalarKind();
        var memory = Accumulator.memory(accumulator.lane);
        var emitter = new ScalarEmitter(cb, graph, scalar, operands, parameters);
        emitter.addresses = addressVariables(cb, inputs);
        emitter.index = from;
        int rows = intParameter(cb, parameters, Parameters.ROWS);
        int row = cb.allocateLocal(TypeKind.INT);
        int result = cb.allocateLocal(kind);
        emitter.enter(Schedule.CALL);
        loop(cb, from, to, 1, () -> {
            accumulator.pushIdentity(cb, accumulator.scalarLane);
            cb.storeLocal(kind, result);
            cb.iconst_0().istore(row);
            loop(cb, row, rows, 1, () -> {
                seekRow(cb, parameters, emitter.addresses, row);
                emitter.enter(Schedule.ROW);
                emitter.enter(Schedule.ELEMENT);
                cb.loadLocal(kind, result);
                emitter.push(value());
                accumulator.widen(cb);
                accumulator.combineScalars(cb);
                cb.storeLocal(kind, result);
                emitter.leave(Schedule.ROW);
            });
            pushOutput(cb, parameters, from, 0);
            cb.loadLocal(kind, result);
            accumulator.narrow(cb);
            Emitter.storeScalar(cb, memory);
        });
        cb.return_();
    }
}
