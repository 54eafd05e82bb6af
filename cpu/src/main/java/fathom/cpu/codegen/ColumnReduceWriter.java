package fathom.cpu.codegen;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import fathom.ir.ReduceOp;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.BitSet;

/** Writes the class of a reduction across rows: a tile yields one row of values, the combination of all its rows. */
final class ColumnReduceWriter extends ReduceWriter {
    private static final MethodTypeDesc COLUMNS = MethodTypeDesc.of(CD_void, LONGS, CD_int, CD_int);

    ColumnReduceWriter(Graph graph, Lowering.Root root, int inputs, BitSet uniform, ReduceOp op) {
        super(graph, root, inputs, uniform, op);
    }

    @Override
    MethodTypeDesc scalarType() {
        return COLUMNS;
    }

    @Override
    void plain(CodeBuilder cb, ClassDesc self) {
        int parameters = cb.parameterSlot(0);
        int n = elements(cb, parameters);
        int rows = intParameter(cb, parameters, Parameters.ROWS);
        int row = cb.allocateLocal(TypeKind.INT);
        var lane = accumulator.lane;
        var memory = Accumulator.memory(lane);
        var staging = new Staging(cb, graph, scalar, operands, parameters, n);
        staging.addresses = addressVariables(cb, operands);
        staging.stage(inputs, memory);
        staging.enter(Schedule.CALL);
        staging.tiles(() -> {
            each(cb, staging, () -> staging.update(inputs, () -> accumulator.pushIdentity(cb, lane)));
            cb.iconst_0().istore(row);
            loopRows(
                    staging,
                    row,
                    rows,
                    () -> {
                        staging.read(inputs);
                        each(
                                cb,
                                staging,
                                () -> {
                                    staging.enter(Schedule.ELEMENT);
                                    staging.update(
                                            inputs,
                                            () -> {
                                                staging.load(inputs);
                                                staging.push(value());
                                                accumulator.combineScalars(cb, lane);
                                            });
                                });
                    });
            cb.iconst_0().istore(row);
            seekRow(cb, parameters, staging.addresses, row);
            staging.write(inputs);
        });
        cb.return_();
    }

    private static void each(CodeBuilder cb, Staging staging, Runnable body) {
        cb.iconst_0().istore(staging.index);
        loop(cb, staging.index, staging.count, 1, body);
    }

    @Override
    void run(CodeBuilder cb, ClassDesc self) {
        int parameters = cb.parameterSlot(0);
        int n = elements(cb, parameters);
        int rows = intParameter(cb, parameters, Parameters.ROWS);
        if (!isVectorized()) {
            cb.aload(parameters).iconst_0().iload(n).invokestatic(self, "scalar", COLUMNS);
            cb.return_();
            return;
        }
        var emitter = new VectorEmitter(cb, graph, vector, operands, parameters, wide);
        emitter.addresses = addressVariables(cb, inputs);
        emitter.index = counter(cb);
        int bulk = cb.allocateLocal(TypeKind.INT);
        int vectorEnd = cb.allocateLocal(TypeKind.INT);
        int row = cb.allocateLocal(TypeKind.INT);
        cb.iload(n).loadConstant(-lanes * copies).iand().istore(bulk);
        cb.iload(n).loadConstant(-lanes).iand().istore(vectorEnd);
        int identity = identity(cb, emitter);
        var sums = vectorVariables(cb);
        emitter.enter(Schedule.CALL);
        loop(cb, emitter.index, bulk, lanes * copies, () -> columns(cb, emitter, row, rows, identity, sums, copies));
        if (copies > 1) {
            loop(cb, emitter.index, vectorEnd, lanes, () -> columns(cb, emitter, row, rows, identity, sums, 1));
        }
        var full = cb.newLabel();
        cb.iload(vectorEnd).iload(n).if_icmpeq(full);
        cb.aload(parameters).iload(vectorEnd).iload(n).invokestatic(self, "scalar", COLUMNS);
        cb.labelBinding(full);
        cb.return_();
    }

    /** Reduces all rows of {@code count} adjacent vectors. */
    private void columns(
            CodeBuilder cb, VectorEmitter emitter, int row, int rows, int identity, int[] sums, int count) {
        int address = cb.allocateLocal(TypeKind.LONG);
        copy(cb, identity, sums);
        cb.iconst_0().istore(row);
        loopRows(emitter, row, rows, () -> step(cb, emitter, sums, count));
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

    /** Reduces the columns {@code from} to {@code to}, row by row; the output holds the accumulators. */
    @Override
    void scalar(CodeBuilder cb) {
        int parameters = cb.parameterSlot(0);
        int from = cb.parameterSlot(1);
        int to = cb.parameterSlot(2);
        var lane = accumulator.lane;
        var memory = Accumulator.memory(lane);
        var emitter = new ScalarEmitter(cb, graph, scalar, operands, parameters);
        emitter.addresses = addressVariables(cb, inputs);
        emitter.index = cb.allocateLocal(TypeKind.INT);
        int rows = intParameter(cb, parameters, Parameters.ROWS);
        int row = counter(cb);
        emitter.enter(Schedule.CALL);
        cb.iload(from).istore(emitter.index);
        loop(
                cb,
                emitter.index,
                to,
                1,
                () -> {
                    pushOutput(cb, parameters, emitter.index, 0);
                    accumulator.pushIdentity(cb, lane);
                    Emitter.storeScalar(cb, memory);
                });
        loopRows(
                emitter,
                row,
                rows,
                () -> {
                    cb.iload(from).istore(emitter.index);
                    loop(
                            cb,
                            emitter.index,
                            to,
                            1,
                            () -> {
                                emitter.enter(Schedule.ELEMENT);
                                pushOutput(cb, parameters, emitter.index, 0);
                                cb.dup2();
                                Emitter.loadScalar(cb, memory);
                                emitter.push(value());
                                accumulator.combineScalars(cb, lane);
                                Emitter.storeScalar(cb, memory);
                            });
                });
        cb.return_();
    }
}
