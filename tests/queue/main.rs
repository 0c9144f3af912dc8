//! Tests of both queues: on Postgres, and on SQS with its real protocol.
//!
//! SQS is `ministack` here. Amazon's SQS differs in these points that matter to the tests:
//!
//! - It delivers at least once: a message may be received twice, a receive may miss available messages, and standard
//!   queues keep no order. Ministack is exact.
//! - Its counts are approximate and up to a minute old.
//! - Deleting with a stale receipt succeeds and leaves the message; ministack returns `ReceiptHandleIsInvalid`. Amazon
//!   returns `InvalidParameterValue` for extending with one.
//! - Extending a message whose visibility timeout has ended returns `MessageNotInflight`; ministack hides it again.
//! - A receipt of a FIFO queue cannot delete either once the visibility timeout has ended.
//! - Messages become dead letters without a further receive. In ministack they do so with one, so the tests receive
//!   again.
//! - It throttles, requires credentials, and allows 20,000 messages in flight in FIFO queues and 120,000 in others.

mod dead_letters;
mod delivery;
mod events;
mod fixture;
mod order;
mod pause;
mod postgres;
mod sqs;
mod sqs_compatible;
mod topic;
mod visibility;

/// Makes a test on each queue of each function.
macro_rules! behaviours {
    ($($file:ident { $($behaviour:ident),+ $(,)? })+) => {
        mod on_postgres {
            $($(
                #[tokio::test(flavor = "multi_thread")]
                async fn $behaviour() {
                    crate::$file::$behaviour(&crate::fixture::postgres().await).await;
                }
            )+)+
        }

        mod on_sqs {
            $($(
                #[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
                #[tokio::test(flavor = "multi_thread")]
                async fn $behaviour() {
                    crate::$file::$behaviour(&crate::fixture::sqs().await).await;
                }
            )+)+
        }
    };
}

behaviours! {
    visibility {
        a_received_message_is_hidden_until_its_visibility_ends,
        it_stays_hidden_while_it_is_extended,
        given_back_it_is_there_at_once,
        each_receive_counts,
        deleted_it_never_comes_again,
        a_stale_receipt_neither_deletes_nor_extends,
        a_stale_receipt_buries_nothing,
    }
    delivery {
        a_body_comes_as_it_was_sent,
        a_delayed_message_waits,
        a_long_poll_ends_when_a_message_comes,
        a_long_poll_of_nothing_ends_after_its_wait,
        a_batch_takes_what_is_good,
        a_receive_brings_ten_at_most,
        many_receivers_never_share_a_message,
        its_depth_is_reported,
    }
    dead_letters {
        the_fifth_receive_is_the_last,
        the_fifth_receive_has_its_whole_visibility,
        a_message_is_moved_to_the_dead_letters_at_once,
        poison_holds_nobody_up,
        looking_at_dead_letters_changes_nothing,
        redriven_letters_begin_anew,
        letters_that_are_refused_again_meanwhile_are_redriven_once,
        chosen_letters_are_redriven_or_discarded,
    }
    order {
        a_group_keeps_its_order,
        a_group_waits_for_what_fails_until_it_is_dead,
        a_repeated_send_is_one_message,
        a_redriven_letter_of_a_group_comes_again,
        a_busy_group_starves_no_other,
        what_order_needs_is_asked_for,
    }
    pause {
        a_paused_queue_gives_out_nothing,
        pausing_and_resuming_say_what_they_changed,
    }
}
