package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.Precision;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** Thread settings are restored, whatever mistake is made in closing them. */
class SettingsTest {
    private static void onAnotherThread(Runnable body) {
        var done = new CompletableFuture<Void>();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        body.run();
                        done.complete(null);
                    } catch (RuntimeException e) {
                        done.completeExceptionally(e);
                    }
                });
        done.join();
    }

    @Test
    void aSettingIsClosedOnItsThread() {
        Autograd.Setting off = Autograd.noGrad();
        assertThatThrownBy(() -> onAnotherThread(off::close))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("noGrad")
                .hasMessageContaining("on the thread that opened it");
        assertThat(Autograd.isGradEnabled()).isFalse();
        off.close();
        assertThat(Autograd.isGradEnabled()).isTrue();
        onAnotherThread(() -> assertThat(Autograd.isGradEnabled()).isTrue());
    }

    @Test
    void theOuterSettingIsClosedFirst() {
        Autograd.Setting outer = Autograd.noGrad();
        Autograd.Setting inner = Autograd.noGrad();
        assertThatThrownBy(outer::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("reverse order");
        inner.close();
        assertThat(Autograd.isGradEnabled()).isTrue();
        Tensor x = Tensors.ones(2).requiresGrad_();
        assertThat(x.mul(2).requiresGrad()).isTrue();
    }

    @Test
    void aSettingThatWasClosedStaysClosed() {
        Autograd.Setting first = Autograd.noGrad();
        first.close();
        try (var second = Autograd.noGrad()) {
            first.close();
            assertThat(Autograd.isGradEnabled()).isFalse();
        }
        assertThat(Autograd.isGradEnabled()).isTrue();
    }

    @Test
    void aForgottenSettingDoesNotLast() {
        assertThatThrownBy(
                        () -> {
                            try (var outer = Autograd.enableGrad()) {
                                Autograd.Setting forgotten = Autograd.noGrad();
                                assertThat(forgotten).isNotNull();
                            }
                        })
                .isInstanceOf(IllegalStateException.class);
        assertThat(Autograd.isGradEnabled()).isTrue();
    }

    @Test
    void precision() {
        Autograd.Setting outer = Precision.FLOAT32.open();
        Autograd.Setting inner = Precision.FLOAT32.open();
        assertThatThrownBy(() -> onAnotherThread(inner::close)).hasMessageContaining("Precision");
        assertThatThrownBy(outer::close).isInstanceOf(IllegalStateException.class);
        inner.close();
        assertThat(Precision.current()).isEqualTo(Precision.FLOAT32);
    }

    @Test
    void scopes() {
        Scope outer = Scope.open();
        Scope inner = Scope.open();
        assertThatThrownBy(() -> onAnotherThread(inner::close)).hasCauseInstanceOf(IllegalStateException.class);
        assertThatThrownBy(outer::close).isInstanceOf(IllegalStateException.class);
        inner.close();
        outer.close();
    }
}
